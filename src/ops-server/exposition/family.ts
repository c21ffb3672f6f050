/** What a metric is called in a text format, and the lines that stand before its samples. */
import type { MetricDescriptor, MetricType } from '../../otlp/metric-writer.ts';
import { prometheusName, type InstrumentType } from '../../names/prometheus-name.ts';

/** `text` is version 0.0.4, which every scraper reads; `openmetrics` is 1.0, with exemplars. */
export type Format = 'text' | 'openmetrics';
export type FamilyType = 'counter' | 'gauge' | 'histogram';

export interface FamilyName {
  /** What stands in `# TYPE`: in OpenMetrics without the `_total` of a counter. */
  readonly family: string;
  readonly type: FamilyType;
  /** Of samples; those of histograms have `_bucket`, `_sum` and `_count` behind it. */
  readonly sample: string;
  /** Names that no other family may use. */
  readonly reserved: readonly string[];
  /** The lines `# TYPE`, `# UNIT` and `# HELP`. */
  readonly header: string;
}

/** `undefined` for a name of which nothing is left. */
export function familyName(descriptor: MetricDescriptor, format: Format): FamilyName | undefined {
  const { name, unit } = descriptor;
  const sample = prometheusName({ name, unit, type: instrumentType(descriptor) });
  if (sample === undefined) return undefined;
  const type = familyType(descriptor);
  const family = format === 'openmetrics' && type === 'counter' ? sample.replace(/_total$/, '') : sample;
  return {
    family,
    type,
    sample,
    reserved: reservedNames(family, sample, type, format),
    header: headerOf(family, type, descriptor, format),
  };
}

/** An UpDownCounter is a gauge: its sum may fall. */
function familyType({ type, isMonotonic }: MetricDescriptor): FamilyType {
  if (type === 'sum') return isMonotonic ? 'counter' : 'gauge';
  return type === 'gauge' ? 'gauge' : 'histogram';
}

function instrumentType({ type, isMonotonic }: MetricDescriptor): InstrumentType {
  const types: Readonly<Record<Exclude<MetricType, 'sum'>, InstrumentType>> = {
    gauge: 'gauge',
    histogram: 'histogram',
    exponential_histogram: 'histogram',
  };
  if (type === 'sum') return isMonotonic ? 'counter' : 'updowncounter';
  return types[type];
}

function reservedNames(family: string, sample: string, type: FamilyType, format: Format): readonly string[] {
  // A name that OpenMetrics gives to the time at which something began, whether that is written or not.
  const created = format === 'openmetrics' && type !== 'gauge' ? [`${family}_created`] : [];
  if (type === 'histogram') return [family, `${family}_bucket`, `${family}_sum`, `${family}_count`, ...created];
  return family === sample ? [family, ...created] : [family, sample, ...created];
}

function headerOf(family: string, type: FamilyType, { description, name, unit }: MetricDescriptor, format: Format): string {
  const help = description === '' ? `OpenTelemetry metric ${name}.` : description;
  const unitLine = format === 'openmetrics' ? unitLineOf(family, unit) : '';
  const written = format === 'text' && type === 'gauge' && OF_HISTOGRAMS.test(family) ? 'untyped' : type;
  return `# HELP ${family} ${escapeHelp(help, format)}\n# TYPE ${family} ${written}\n${unitLine}`;
}

/** `db.client.connection.count` is a name of the conventions; `promtool check metrics` wants such a one untyped, or a histogram. */
const OF_HISTOGRAMS = /_(?:bucket|count|sum)$/;

/** OpenMetrics has the unit twice, and wants it at the end of the name. */
function unitLineOf(family: string, unit: string): string {
  const word = prometheusName({ name: 'x', unit, type: 'updowncounter' })?.slice(2) ?? '';
  return word !== '' && family.endsWith(`_${word}`) ? `# UNIT ${family} ${word}\n` : '';
}

function escapeHelp(help: string, format: Format): string {
  const escaped = help.replace(/\\/g, '\\\\').replace(/\r?\n|\r/g, '\\n');
  return format === 'openmetrics' ? escaped.replace(/"/g, '\\"') : escaped;
}
