/** Pieces of PromQL. Names of metrics come from the catalogue, so that what is recorded and what is asked for are the same. */
import type { MetricRow } from '../names/metrics/metric-row.ts';
import { prometheusLabel, prometheusName } from '../names/prometheus-name.ts';

/**
 * What every rule of a service keeps. `job` is there on both ways of metrics (by OTLP it is the service's name behind its
 * namespace); the others only by OTLP, or where a scrape sets them.
 */
export const SERVICE_LABELS = ['job', 'service_name', 'deployment_environment_name'] as const;

/** A metric of the catalogue, or one of another server by its name in Prometheus. */
export type AskedMetric = MetricRow | string;

/** A series of a histogram. */
export type HistogramPart = 'bucket' | 'count' | 'sum';

export function metricName(metric: AskedMetric, part?: HistogramPart): string {
  const name = typeof metric === 'string' ? metric : prometheusName(metric);
  if (name === undefined) throw new Error(`${JSON.stringify(metric)} has no name in Prometheus.`);
  return part === undefined ? name : `${name}_${part}`;
}

/** The label that an attribute of the catalogue becomes. */
export function label(key: string): string {
  const name = prometheusLabel(key);
  if (name === undefined) throw new Error(`${JSON.stringify(key)} is no label in Prometheus.`);
  return name;
}

/** JSON's escapes are PromQL's; half of a surrogate pair is text in neither. */
export function quote(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

export const equals = (name: string, value: string): string => `${name}=${quote(value)}`;
export const differs = (name: string, value: string): string => `${name}!=${quote(value)}`;
export const matches = (name: string, pattern: string): string => `${name}=~${quote(pattern)}`;
export const matchesNot = (name: string, pattern: string): string => `${name}!~${quote(pattern)}`;

/** `values` as one pattern of RE2 that fits each of them and nothing else. */
export function anyOf(values: readonly string[]): string {
  return values.map((value) => value.toWellFormed().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
}

/** The upper bound of a bucket: Prometheus 3 stores `1.0` where older ones stored `1`. */
export function bucketIs(seconds: number): string {
  return Number.isInteger(seconds) ? matches('le', `${seconds}|${seconds}\\.0`) : equals('le', String(seconds));
}

export function select(metric: AskedMetric, matchers: readonly string[] = [], part?: HistogramPart): string {
  const name = metricName(metric, part);
  return matchers.length === 0 ? name : `${name}{${matchers.join(', ')}}`;
}
