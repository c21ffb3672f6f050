/** Metrics in JSON. */
import type { DataPoint, DataPointType, ExponentialHistogram, Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import type { Redact } from '../types.ts';
import { attributesToJson, double, nanos, optionalText, text } from './json-values.ts';
import { temporality, ValueType } from './otlp-values.ts';

export function metricToJson(metric: MetricData, redact: Redact): object {
  const { name, description, unit, valueType } = metric.descriptor;
  const head = { name: text(name), description: optionalText(description), unit: optionalText(unit) };
  switch (metric.dataPointType) {
    case 2 as DataPointType.GAUGE:
      return { ...head, gauge: { dataPoints: metric.dataPoints.map((point) => numberPoint(point, valueType, redact)) } };
    case 3 as DataPointType.SUM:
      return {
        ...head,
        sum: {
          dataPoints: metric.dataPoints.map((point) => numberPoint(point, valueType, redact)),
          aggregationTemporality: temporality(metric),
          isMonotonic: metric.isMonotonic,
        },
      };
    case 0 as DataPointType.HISTOGRAM:
      return {
        ...head,
        histogram: {
          dataPoints: metric.dataPoints.map((point) => histogramPoint(point, redact)),
          aggregationTemporality: temporality(metric),
        },
      };
    case 1 as DataPointType.EXPONENTIAL_HISTOGRAM:
      return {
        ...head,
        exponentialHistogram: {
          dataPoints: metric.dataPoints.map((point) => exponentialPoint(point, redact)),
          aggregationTemporality: temporality(metric),
        },
      };
  }
}

function pointFields(point: DataPoint<unknown>, redact: Redact): object {
  return {
    attributes: attributesToJson(point.attributes, redact),
    startTimeUnixNano: nanos(point.startTime),
    timeUnixNano: nanos(point.endTime),
  };
}

function numberPoint(point: DataPoint<number>, valueType: number, redact: Redact): object {
  return valueType === ValueType.INT && Number.isSafeInteger(point.value)
    ? { ...pointFields(point, redact), asInt: String(point.value) }
    : { ...pointFields(point, redact), asDouble: double(point.value) };
}

function histogramPoint(point: DataPoint<Histogram>, redact: Redact): object {
  const { buckets, count: total, max, min, sum } = point.value;
  return {
    ...pointFields(point, redact),
    count: String(total),
    sum: double(sum),
    bucketCounts: buckets.counts.map(String),
    explicitBounds: buckets.boundaries.map(double),
    min: double(min),
    max: double(max),
  };
}

function exponentialPoint(point: DataPoint<ExponentialHistogram>, redact: Redact): object {
  const { count: total, max, min, negative, positive, scale, sum, zeroCount } = point.value;
  return {
    ...pointFields(point, redact),
    count: String(total),
    sum: double(sum),
    scale,
    zeroCount: String(zeroCount),
    positive: { offset: positive.offset, bucketCounts: positive.bucketCounts.map(String) },
    negative: { offset: negative.offset, bucketCounts: negative.bucketCounts.map(String) },
    min: double(min),
    max: double(max),
  };
}
