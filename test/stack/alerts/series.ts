/** Series of made-up services, in promtool's notation. */
import { metricName, type AskedMetric } from '../../../src/operations/promql.ts';
import type { MetricRow } from '../../../src/names/metrics/metric-row.ts';

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `counter`: `value` is what it grows by in a second. */
  readonly kind: 'counter' | 'gauge';
  readonly value: number;
}

type Labels = Readonly<Record<string, string>>;

export const gauge = (metric: AskedMetric, labels: Labels, value: number): Series => ({
  name: metricName(metric),
  labels,
  kind: 'gauge',
  value,
});
export const counter = (metric: AskedMetric, labels: Labels, value: number): Series => ({
  name: metricName(metric),
  labels,
  kind: 'counter',
  value,
});
/** Only how many there are. */
export const count = (metric: MetricRow, labels: Labels, value: number): Series => ({
  name: metricName(metric, 'count'),
  labels,
  kind: 'counter',
  value,
});
export const total = (metric: MetricRow, labels: Labels, value: number): Series => ({
  name: metricName(metric, 'sum'),
  labels,
  kind: 'counter',
  value,
});

/** A histogram with `shares` of its `perSecond` values at or below each bound. */
export function histogram(metric: MetricRow, labels: Labels, perSecond: number, shares: (bound: number) => number): Series[] {
  const bounds = [...(metric.buckets ?? []), Infinity];
  return [
    ...bounds.map((bound): Series => ({
      name: metricName(metric, 'bucket'),
      // As Prometheus 3 stores it.
      labels: { ...labels, le: bound === Infinity ? '+Inf' : Number.isInteger(bound) ? `${bound}.0` : String(bound) },
      kind: 'counter',
      value: perSecond * (bound === Infinity ? 1 : shares(bound)),
    })),
    count(metric, labels, perSecond),
  ];
}

/** A histogram whose quantile is `value`, as Prometheus reckons it: a straight line between the bounds. */
export function withQuantile(metric: MetricRow, labels: Labels, perSecond: number, quantile: number, value: number): Series[] {
  const bounds = metric.buckets ?? [];
  const upper = bounds.find((bound) => bound >= value) ?? Infinity;
  const lower = bounds.findLast((bound) => bound < value) ?? 0;
  const part = (value - lower) / (upper - lower);
  // What lies below the bucket, and what above it, so that the quantile falls at `part` of it.
  const below = part <= quantile ? (quantile - part) / (1 - part) : 0;
  const inside = part <= quantile ? 1 - below : quantile / part;
  return histogram(metric, labels, perSecond, (bound) =>
    bound < upper ? (bound < lower ? 0 : bound === lower ? below : below) : below + inside,
  );
}

export interface Phase {
  readonly minutes: number;
  readonly series: readonly Series[];
}

const PER_MINUTE = 60;

/** One sample a minute through all phases. A gauge that a phase lacks ends, a counter stands still, but in the first it is absent. */
export function renderSeries(phases: readonly Phase[], base: Labels): { series: string; values: string }[] {
  const keyOf = ({ labels, name }: Series): string => `${name}${JSON.stringify(labels)}`;
  const all = new Map(phases.flatMap(({ series }) => series.map((each) => [keyOf(each), each] as const)));
  return [...all].map(([key, { kind, labels, name }]) => {
    let last: number | undefined;
    const values = phases.flatMap(({ minutes, series }) => {
      const now = series.find((each) => keyOf(each) === key);
      if (kind === 'gauge') return now === undefined ? `_x${minutes}` : `${now.value}x${minutes - 1}`;
      if (now === undefined) return `_x${minutes}`;
      const begin = last === undefined ? 0 : last + now.value * PER_MINUTE;
      last = begin + now.value * PER_MINUTE * (minutes - 1);
      return `${begin}+${now.value * PER_MINUTE}x${minutes - 1}`;
    });
    return { series: selector(name, { ...base, ...labels }), values: values.join(' ') };
  });
}

function selector(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(', ')}}`;
}
