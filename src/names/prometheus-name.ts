/**
 * The names that Prometheus 3 gives to metrics that reach it by OTLP, so that they have the same on every path.
 *
 * As its receiver does with `translation_strategy: UnderscoreEscapingWithSuffixes`, the default.
 *
 * @see https://prometheus.io/docs/guides/opentelemetry/#utf-8
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */

/** `counter` is a monotonic sum, `updowncounter` one that is not, `histogram` either kind; observable forms are no other type. */
export type InstrumentType = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

export interface NamedMetric {
  readonly name: string;
  /** In UCUM: `s`, `By`, `{request}`, `By/s`; empty for none. */
  readonly unit: string;
  readonly type: InstrumentType;
}

const UNITS = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
]);

const PER_UNITS = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** @returns `undefined` when nothing of the name is left: Prometheus refuses such a metric. */
export function prometheusName({ name, unit, type }: NamedMetric): string | undefined {
  const words = name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '');
  const [main, per] = unitWords(unit);
  const hasPer = per !== '' && !words.includes(per);
  const newMain = words.includes(main) ? '' : hasPer ? main.replace(/_$/, '') : main;
  if (newMain !== '') words.push(newMain);
  if (hasPer) words.push(per);
  if (type === 'counter') moveToEnd(words, 'total');
  if (type === 'gauge' && unit === '1') moveToEnd(words, 'ratio');
  const joined = words.join('_');
  if (/^_*$/.test(joined)) return undefined;
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

/**
 * Two keys may become one label: Prometheus then joins their values by `;`, in the order of the keys.
 *
 * @returns `undefined` when nothing of the key is left: Prometheus refuses such a point.
 */
export function prometheusLabel(key: string): string | undefined {
  const label = key.replace(/[^a-zA-Z0-9]/gu, '_');
  if (/^\d/.test(label)) return `key_${label}`;
  if (/^_(?!_)/.test(label)) return `key${label}`;
  return /^_*$/.test(label) ? undefined : label;
}

/** `By/s` gives `bytes` and `per_second`. What stands in braces is a remark. */
function unitWords(unit: string): [main: string, per: string] {
  const slash = unit.indexOf('/');
  const main = unitWord(slash === -1 ? unit : unit.slice(0, slash), UNITS);
  const per = slash === -1 ? '' : unitWord(unit.slice(slash + 1), PER_UNITS);
  const perWord = per === '' ? '' : cleaned(`per_${per}`).replace(/_$/, '');
  return [cleaned(main), perWord === 'per' ? '' : perWord];
}

function unitWord(unit: string, words: ReadonlyMap<string, string>): string {
  const trimmed = unit.trim();
  return /[{}]/.test(trimmed) ? '' : (words.get(trimmed) ?? trimmed);
}

function cleaned(unit: string): string {
  return unit.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_/, '');
}

/** A word that the name has already, wherever, is not said twice. */
function moveToEnd(words: string[], word: string): void {
  const others = words.filter((each) => each !== word);
  words.splice(0, words.length, ...others, word);
}
