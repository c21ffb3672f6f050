/** Metrics in protobuf. */
import type { DataPoint, DataPointType, ExponentialHistogram, Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import type { Redact } from '../types.ts';
import { temporality, ValueType } from './otlp-values.ts';
import { FIXED64, LENGTH, number, optionalDouble, optionalText, VARINT, writeAttributes } from './protobuf-values.ts';
import { close, double, fixed64, open, sfixed64, sint32, tag, text, time, varint } from './protobuf-writer.ts';

/** Metric: 1 name, 2 description, 3 unit, 5 gauge, 7 sum, 9 histogram, 10 exponential_histogram; in each of them 1 data_points, 2 temporality, 3 is_monotonic */
export function writeMetric(metric: MetricData, redact: Redact): void {
  const { name, description, unit, valueType } = metric.descriptor;
  tag((1 << 3) | LENGTH);
  text(name);
  optionalText(2, description);
  optionalText(3, unit);
  switch (metric.dataPointType) {
    case 2 as DataPointType.GAUGE: {
      const start = open((5 << 3) | LENGTH);
      for (const point of metric.dataPoints) writeNumberPoint(point, valueType, redact);
      close(start);
      break;
    }
    case 3 as DataPointType.SUM: {
      const start = open((7 << 3) | LENGTH);
      for (const point of metric.dataPoints) writeNumberPoint(point, valueType, redact);
      number(2, temporality(metric));
      if (metric.isMonotonic) number(3, 1);
      close(start);
      break;
    }
    case 0 as DataPointType.HISTOGRAM: {
      const start = open((9 << 3) | LENGTH);
      for (const point of metric.dataPoints) writeHistogramPoint(point, redact);
      number(2, temporality(metric));
      close(start);
      break;
    }
    case 1 as DataPointType.EXPONENTIAL_HISTOGRAM: {
      const start = open((10 << 3) | LENGTH);
      for (const point of metric.dataPoints) writeExponentialPoint(point, redact);
      number(2, temporality(metric));
      close(start);
    }
  }
}

/** In all kinds of points: 2 start_time, 3 time */
function writeTimes(point: DataPoint<unknown>): void {
  tag((2 << 3) | FIXED64);
  time(point.startTime);
  tag((3 << 3) | FIXED64);
  time(point.endTime);
}

/** NumberDataPoint: 4 as_double, 6 as_int, 7 attributes */
function writeNumberPoint(point: DataPoint<number>, valueType: number, redact: Redact): void {
  const start = open((1 << 3) | LENGTH);
  writeTimes(point);
  if (valueType === ValueType.INT && Number.isSafeInteger(point.value)) {
    tag((6 << 3) | FIXED64);
    sfixed64(point.value);
  } else optionalDouble(4, point.value);
  writeAttributes((7 << 3) | LENGTH, point.attributes, redact);
  close(start);
}

/** HistogramDataPoint: 4 count, 5 sum, 6 bucket_counts, 7 explicit_bounds, 9 attributes, 11 min, 12 max */
function writeHistogramPoint(point: DataPoint<Histogram>, redact: Redact): void {
  const { buckets, count: total, max, min, sum } = point.value;
  const start = open((1 << 3) | LENGTH);
  writeTimes(point);
  tag((4 << 3) | FIXED64);
  fixed64(total);
  optionalDouble(5, sum);
  if (buckets.counts.length > 0) {
    const counts = open((6 << 3) | LENGTH);
    for (const value of buckets.counts) fixed64(value);
    close(counts);
  }
  if (buckets.boundaries.length > 0) {
    const bounds = open((7 << 3) | LENGTH);
    for (const value of buckets.boundaries) double(value);
    close(bounds);
  }
  writeAttributes((9 << 3) | LENGTH, point.attributes, redact);
  optionalDouble(11, min);
  optionalDouble(12, max);
  close(start);
}

/** ExponentialHistogramDataPoint: 1 attributes, 4 count, 5 sum, 6 scale, 7 zero_count, 8 positive, 9 negative, 12 min, 13 max */
function writeExponentialPoint(point: DataPoint<ExponentialHistogram>, redact: Redact): void {
  const { count: total, max, min, negative, positive, scale, sum, zeroCount } = point.value;
  const start = open((1 << 3) | LENGTH);
  writeAttributes((1 << 3) | LENGTH, point.attributes, redact);
  writeTimes(point);
  tag((4 << 3) | FIXED64);
  fixed64(total);
  optionalDouble(5, sum);
  if (scale !== 0) {
    tag((6 << 3) | VARINT);
    sint32(scale);
  }
  tag((7 << 3) | FIXED64);
  fixed64(zeroCount);
  writeBuckets((8 << 3) | LENGTH, positive);
  writeBuckets((9 << 3) | LENGTH, negative);
  optionalDouble(12, min);
  optionalDouble(13, max);
  close(start);
}

/** Buckets: 1 offset, 2 bucket_counts */
function writeBuckets(tagValue: number, buckets: ExponentialHistogram['positive']): void {
  const start = open(tagValue);
  if (buckets.offset !== 0) {
    tag((1 << 3) | VARINT);
    sint32(buckets.offset);
  }
  if (buckets.bucketCounts.length > 0) {
    const counts = open((2 << 3) | LENGTH);
    for (const value of buckets.bucketCounts) varint(value);
    close(counts);
  }
  close(start);
}
