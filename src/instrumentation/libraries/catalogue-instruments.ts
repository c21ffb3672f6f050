/** Instruments by their rows in the catalogue, so that whoever else records the same metric has the same buckets. */
import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import type { MetricRow } from '../../names/metrics/metric-row.ts';

export function histogramOf(meter: Meter, { buckets = [], description, name, unit }: MetricRow): Histogram {
  return meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: [...buckets] } });
}

export function counterOf(meter: Meter, { description, name, unit }: MetricRow): Counter {
  return meter.createCounter(name, { description, unit });
}
