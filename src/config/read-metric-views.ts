/** Reads the option `metricViews`. One that cannot be used falls alone. */
import { attempt } from '../runtime/contain.ts';
import type { MetricView } from './metric-views.ts';
import type { SettingsReader } from './read-settings.ts';
import { showValue } from './show-value.ts';

const MOST_VIEWS = 1000;
const MOST_BOUNDARIES = 256;
const TYPES = ['default', 'drop', 'sum', 'last_value', 'explicit_bucket_histogram', 'base2_exponential_bucket_histogram'] as const;
const KINDS = ['counter', 'upDownCounter', 'histogram', 'gauge', 'observableCounter', 'observableUpDownCounter', 'observableGauge'];
const SELECTORS = ['instrumentName', 'instrumentType', 'instrumentUnit', 'meterName', 'meterVersion', 'meterSchemaUrl'] as const;

/** What is wrong with a field, or nothing. */
type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === 'string' ? undefined : 'must be a text');
const texts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'must be a list of texts';
const oneOf =
  (values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : `must be one of ${values.join(', ')}`;
const integer =
  (min: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= min ? undefined : `must be a whole number from ${min} on`;
const boolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const rising: Check = (value) => {
  const isRising =
    Array.isArray(value) &&
    value.length <= MOST_BOUNDARIES &&
    value.every((bound, i) => Number.isFinite(bound) && (i === 0 || (bound as number) > (value[i - 1] as number)));
  return isRising ? undefined : `must be at most ${MOST_BOUNDARIES} numbers in rising order`;
};
const aggregation: Check = (value) => {
  if (typeof value === 'string') return oneOf(TYPES)(value);
  if (typeof value !== 'object' || value === null) return `must be one of ${TYPES.join(', ')}, or an object with one as type`;
  const given = value as Record<string, unknown>;
  return oneOf(TYPES)(given['type']) ?? faultIn(given, { type: text, boundaries: rising, maxSize: integer(2), recordMinMax: boolean });
};

const FIELDS: Readonly<Record<keyof MetricView, Check>> = {
  instrumentName: text,
  instrumentType: oneOf(KINDS),
  instrumentUnit: text,
  meterName: text,
  meterVersion: text,
  meterSchemaUrl: text,
  name: text,
  description: text,
  attributeKeys: texts,
  withoutAttributeKeys: texts,
  aggregation,
  cardinalityLimit: integer(2),
};

export function readMetricViews(reader: SettingsReader): readonly MetricView[] {
  const given = reader.option('metricViews');
  if (given === undefined) return [];
  const list = attempt(() => (Array.isArray(given) ? (given.slice(0, MOST_VIEWS) as unknown[]) : undefined));
  if (list === undefined) {
    reader.report('bad-value', 'metricViews', `metricViews must be a list of views, got ${showValue(given)}. It is ignored.`);
    return [];
  }
  return list.flatMap((each, index) => readView(each, `metricViews[${index}]`, reader) ?? []);
}

function readView(given: unknown, label: string, reader: SettingsReader): MetricView | undefined {
  // A copy, for what is read is used much later; getters and proxies may throw.
  const view = attempt(() => structuredClone(given));
  const fault = typeof view === 'object' && view !== null ? faultOf(view as Record<string, unknown>) : 'must be an object of plain values';
  if (fault === undefined) return view as MetricView;
  reader.report('bad-value', label, `${label} ${fault}. It is ignored.`);
  return undefined;
}

function faultOf(view: Record<string, unknown>): string | undefined {
  const fault = faultIn(view, FIELDS);
  if (fault !== undefined) return fault;
  if (SELECTORS.every((selector) => view[selector] === undefined)) return `must select instruments by ${SELECTORS.join(', ')}`;
  const { name, instrumentName } = view as MetricView;
  if (name !== undefined && (instrumentName === undefined || /[*?]/.test(instrumentName)))
    return 'must select one instrument by instrumentName, for it gives a name';
  return undefined;
}

function faultIn(given: Readonly<Record<string, unknown>>, checks: Readonly<Record<string, Check>>): string | undefined {
  for (const [field, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const check = checks[field];
    if (check === undefined) return `must have no ${showValue(field)}: it has ${Object.keys(checks).join(', ')}`;
    const fault = check(value);
    if (fault !== undefined) return `is wrong: its ${field} ${fault}, got ${showValue(value)}`;
  }
  return undefined;
}
