/**
 * What several processes recorded, as one: counters, up-down counters and histograms are added up; each gauge keeps a label that names its process, unless it
 * says how bad something is: then it is as bad as in the worst process.
 * What a process that has ended had counted stays, so that nothing falls; its gauges and up-down counters go with it.
 */
import { HEALTH_METRICS } from '../../names/metrics/health.ts';
import type { Exemplar, MetricDescriptor, MetricWriter, SeriesLabels } from '../../otlp/metric-writer.ts';
import type { HistogramSample, MetricSnapshot, NumberSample, Sample } from './snapshot.ts';

/** The label that gauges differ by: the number of the worker, or `primary`. */
const WORKER_LABEL = 'worker';
const MOST_EXEMPLARS = 20;
/** Gauges of which the least is the worst, as `/health` has it too. */
const LEAST_COUNTS: ReadonlySet<string> = new Set([HEALTH_METRICS.status.name]);

export interface Member {
  /** Of gauges; `undefined` where there is but one member. */
  readonly name: string | undefined;
  readonly metrics: readonly MetricSnapshot[];
}

interface MergedSeries {
  readonly labels: SeriesLabels;
  sample: Sample;
}
interface MergedMetric {
  readonly scope: string;
  readonly descriptor: MetricDescriptor;
  readonly series: Map<string, MergedSeries>;
}

/** Only what grows: the rest of a process that has ended is not true any more. */
export function whatStays(metrics: readonly MetricSnapshot[]): MetricSnapshot[] {
  return metrics
    .filter(({ descriptor }) => descriptor.type === 'histogram' || (descriptor.type === 'sum' && descriptor.isMonotonic))
    .map((metric) => ({ ...metric, samples: metric.samples.map((sample) => ({ ...sample, exemplars: [] })) }));
}

export function newLabels(_key: string, { attributes }: Sample): SeriesLabels {
  return { attributes, protobuf: undefined, json: undefined, text: undefined };
}

/** @param labelsOf - the same object for the same series, so that a writer can remember what it made of it. */
export function mergeMembers(members: readonly Member[], labelsOf: (key: string, sample: Sample) => SeriesLabels): MergedMetric[] {
  const merged = new Map<string, MergedMetric>();
  for (const { metrics, name } of members)
    for (const { descriptor, samples, scope } of metrics) {
      const metricKey = [scope, descriptor.name, descriptor.unit, descriptor.type, descriptor.isMonotonic].join('\0');
      let metric = merged.get(metricKey);
      if (metric === undefined) merged.set(metricKey, (metric = { scope, descriptor, series: new Map() }));
      const isLabelled = descriptor.type === 'gauge' && name !== undefined && !LEAST_COUNTS.has(descriptor.name);
      for (const sample of samples) addSample(metric, metricKey, isLabelled ? withWorker(sample, name) : sample, labelsOf);
    }
  return [...merged.values()];
}

/** What was merged, as one member. */
export function asMetrics(merged: readonly MergedMetric[]): MetricSnapshot[] {
  return merged.map(({ descriptor, scope, series }) => ({
    scope,
    descriptor,
    samples: Array.from(series.values(), ({ sample }) => sample),
  }));
}

export function writeMerged(merged: readonly MergedMetric[], writer: MetricWriter): void {
  for (const { descriptor, scope, series } of merged) {
    writer.metric({ name: scope }, descriptor);
    for (const { labels, sample } of series.values()) writeSample(labels, sample, writer);
    writer.endMetric();
  }
}

function writeSample(labels: SeriesLabels, sample: Sample, writer: MetricWriter): void {
  const { exemplars } = sample;
  const point = { labels, exemplars, startMs: 0, endMs: 0 };
  if ('value' in sample) return writer.numberPoint({ ...point, value: sample.value });
  const { buckets, count, sum } = sample;
  const below = buckets.reduce((total, [, each]) => total + each, 0);
  writer.histogramPoint({
    ...point,
    count,
    sum,
    min: undefined,
    max: undefined,
    bounds: buckets.map(([bound]) => bound),
    counts: [...buckets.map(([, each]) => each), count - below],
  });
}

/** A label of that name that the application has itself stands as `exported_worker`, as Prometheus does it. */
function withWorker(sample: Sample, worker: string): Sample {
  const { [WORKER_LABEL]: own, ...others } = sample.attributes;
  const kept = own === undefined ? others : { ...others, [`exported_${WORKER_LABEL}`]: own };
  return { ...sample, attributes: { ...kept, [WORKER_LABEL]: worker } };
}

function addSample(metric: MergedMetric, metricKey: string, sample: Sample, labelsOf: (key: string, sample: Sample) => SeriesLabels): void {
  const { attributes } = sample;
  const key = JSON.stringify(Object.keys(attributes).sort().map((name) => [name, keyPart(attributes[name])])); // prettier-ignore
  const known = metric.series.get(key);
  if (known === undefined) metric.series.set(key, { labels: labelsOf(`${metricKey}\0${key}`, sample), sample });
  else if (LEAST_COUNTS.has(metric.descriptor.name)) known.sample = leastOf(known.sample, sample);
  // Of two in one process the first is served, as without a cluster.
  else if (metric.descriptor.type !== 'gauge') known.sample = addUp(known.sample, sample);
}

/** JSON has `null` for numbers that are none. */
function keyPart(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? [String(value)] : value;
}

function leastOf(a: Sample, b: Sample): Sample {
  return 'value' in a && 'value' in b && b.value < a.value ? b : a;
}

function addUp(a: Sample, b: Sample): Sample {
  const exemplars: readonly Exemplar[] = [...a.exemplars, ...b.exemplars].slice(-MOST_EXEMPLARS);
  if ('value' in a && 'value' in b) return { ...a, exemplars, value: a.value + b.value } satisfies NumberSample;
  if ('value' in a || 'value' in b) return a;
  return { ...a, exemplars, count: a.count + b.count, sum: addSums(a.sum, b.sum), buckets: addBuckets(a, b) } satisfies HistogramSample;
}

function addSums(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function addBuckets(a: HistogramSample, b: HistogramSample): [number, number][] {
  const counts = new Map(a.buckets);
  for (const [bound, count] of b.buckets) counts.set(bound, (counts.get(bound) ?? 0) + count);
  return [...counts].sort(([one], [other]) => one - other);
}
