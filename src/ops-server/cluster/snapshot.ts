/** What a process has recorded, as data that can be sent to another one: what a collection writes, less what is not served. */
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { Exemplar, HistogramPoint, MetricDescriptor, MetricWriter, Point, SeriesLabels } from '../../otlp/metric-writer.ts';
import { redactAttribute } from '../../redaction/redactor.ts';
import { setProperty, type PlainValue } from '../../values/plain-value.ts';
import { classicBuckets } from '../exposition/classic-buckets.ts';

export interface NumberSample {
  readonly attributes: Attributes;
  readonly exemplars: readonly Exemplar[];
  readonly value: number;
}

/** Counts by upper bound, each for its own bucket; that of `Infinity` among them. */
export interface HistogramSample {
  readonly attributes: Attributes;
  readonly exemplars: readonly Exemplar[];
  readonly count: number;
  readonly sum: number | undefined;
  readonly buckets: readonly (readonly [bound: number, count: number])[];
}

export type Sample = NumberSample | HistogramSample;

export interface MetricSnapshot {
  readonly scope: string;
  readonly descriptor: MetricDescriptor;
  readonly samples: readonly Sample[];
}

export interface SnapshotWriter extends MetricWriter {
  take(): MetricSnapshot[];
}

export function createSnapshotWriter(): SnapshotWriter {
  let metrics: (MetricSnapshot & { readonly samples: Sample[] })[] = [];
  const add = (sample: Sample): void => void metrics.at(-1)?.samples.push(sample);
  const common = ({ exemplars, labels }: Point): Pick<Sample, 'attributes' | 'exemplars'> => ({
    attributes: redactedOf(labels),
    exemplars: exemplars.map((exemplar) => ({ ...exemplar })),
  });
  return {
    metric({ name }, descriptor) {
      // Buckets of powers of two can be added up, whatever the scale was.
      const type = descriptor.type === 'exponential_histogram' ? 'histogram' : descriptor.type;
      metrics.push({ scope: name, descriptor: { ...descriptor, type }, samples: [] });
    },
    numberPoint(point) {
      add({ ...common(point), value: point.value });
    },
    histogramPoint(point) {
      const { count, sum } = point;
      add({ ...common(point), count, sum, buckets: bucketsOf(point) });
    },
    exponentialPoint(point) {
      const { bounds, cumulative } = classicBuckets(point);
      const own = cumulative.map((total, i) => total - (cumulative[i - 1] ?? 0));
      const { count, sum } = point;
      add({ ...common(point), count, sum, buckets: bounds.map((bound, i) => [bound, own[i] as number]) });
    },
    endMetric() {},
    take() {
      const taken = metrics;
      metrics = [];
      return taken;
    },
  };
}

const redacted = new WeakMap<SeriesLabels, Attributes>();

/** It is written into files, too. */
function redactedOf(labels: SeriesLabels): Attributes {
  let known = redacted.get(labels);
  if (known === undefined) redacted.set(labels, (known = redactAttributes(labels.attributes)));
  return known;
}

function redactAttributes(attributes: Attributes): Attributes {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    const clean = value === undefined ? undefined : redactAttribute(name, value as PlainValue);
    if (clean !== undefined && clean !== null) setProperty(kept, name, clean as AttributeValue);
  }
  return kept;
}

function bucketsOf({ bounds, counts }: HistogramPoint): [number, number][] {
  return bounds.map((bound, i) => [bound, counts[i] ?? 0]);
}
