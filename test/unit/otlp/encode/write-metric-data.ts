/** Writes the official SDK's `MetricData` down, as a collection of the engine writes its own. */
import type { HrTime } from '@opentelemetry/api';
import type { DataPoint, ExponentialHistogram, Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import type { MetricDescriptor, MetricWriter, Point } from '../../../../src/otlp/metric-writer.ts';
import type { Encoder, Redact, Scope } from '../../../../src/otlp/types.ts';

const TYPES = ['histogram', 'exponential_histogram', 'gauge', 'sum'] as const;

export function encodeMetricData(encoder: Encoder, metric: MetricData, redact: Redact): Uint8Array {
  const records: Uint8Array[] = [];
  const writer = encoder.createMetricWriter({ redact, maxBytes: Infinity, onRecord: (_scope, record) => records.push(record) });
  writeMetricData(writer, { name: 'scope' }, metric);
  return records[0] as Uint8Array;
}

function writeMetricData(writer: MetricWriter, scope: Scope, metric: MetricData): void {
  const { name, description, unit, valueType } = metric.descriptor;
  const descriptor: MetricDescriptor = {
    name,
    description,
    unit,
    type: TYPES[metric.dataPointType],
    isMonotonic: 'isMonotonic' in metric && metric.isMonotonic,
    temporality: metric.aggregationTemporality === 0 ? 'delta' : 'cumulative',
    isInteger: valueType === 0,
  };
  writer.metric(scope, descriptor);
  for (const point of metric.dataPoints) writePoint(writer, descriptor, point);
  writer.endMetric();
}

function writePoint(writer: MetricWriter, { type }: MetricDescriptor, { attributes, startTime, endTime, value }: DataPoint<unknown>): void {
  const point: Point = {
    labels: { attributes, protobuf: undefined, json: undefined, text: undefined },
    startMs: toMs(startTime),
    endMs: toMs(endTime),
    exemplars: [],
  };
  if (type === 'histogram') {
    const { buckets, count, sum, min, max } = value as Histogram;
    writer.histogramPoint({ ...point, count, sum, min, max, bounds: buckets.boundaries, counts: buckets.counts });
  } else if (type === 'exponential_histogram') {
    const { positive, negative, scale, zeroCount, count, sum, min, max } = value as ExponentialHistogram;
    const bucketsOf = ({ offset, bucketCounts }: typeof positive) => ({ offset, counts: bucketCounts });
    writer.exponentialPoint({
      ...point,
      ...{ count, sum, min, max, scale, zeroCount },
      positive: bucketsOf(positive),
      negative: bucketsOf(negative),
    });
  } else writer.numberPoint({ ...point, value: value as number });
}

function toMs([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1e6;
}
