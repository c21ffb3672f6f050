/** Metrics in protobuf, written down point by point while they are collected. */
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialPoint,
  HistogramPoint,
  MetricDescriptor,
  MetricType,
  MetricWriter,
  NumberPoint,
  SeriesLabels,
} from '../metric-writer.ts';
import type { MetricSink, Redact, Scope } from '../types.ts';
import { TEMPORALITY } from './otlp-values.ts';
import { FIXED64, LENGTH, number, optionalDouble, optionalText, VARINT, writeAttributes } from './protobuf-values.ts';
import {
  beginRecord,
  close,
  collect,
  double,
  dropRecord,
  encoded,
  endRecord,
  fixed64,
  hex,
  open,
  pointTimes,
  recordSize,
  sfixed64,
  sint32,
  tag,
  text,
  timeMs,
  varint,
} from './protobuf-writer.ts';
import { createSlab } from './slab.ts';

const records = createSlab();
const labels = createSlab();

/** Metric: 5 gauge, 7 sum, 9 histogram, 10 exponential_histogram; in each of them 1 data_points, 2 temporality, 3 is_monotonic. */
const DATA: Readonly<Record<MetricType, number>> = { gauge: 5, sum: 7, histogram: 9, exponential_histogram: 10 };
const POINT = (1 << 3) | LENGTH;

/** A record that is being written. */
interface Writing {
  readonly scope: Scope;
  readonly descriptor: MetricDescriptor;
  /** Where the record begins, and where its data do. */
  record: number;
  data: number;
  points: number;
}

export function createProtobufMetricWriter({ redact, maxBytes, onRecord }: MetricSink): MetricWriter {
  let writing: Writing | undefined;

  function begin(scope: Scope, descriptor: MetricDescriptor): Writing {
    const record = beginRecord();
    return (writing = { scope, descriptor, record, data: openMetric(descriptor), points: 0 });
  }

  function end({ scope, descriptor, record, data, points }: Writing): void {
    writing = undefined;
    closeMetric(descriptor, data);
    onRecord(scope, endRecord(record, records), points);
  }

  function point<P>(write: (point: P, redact: Redact, isInteger: boolean) => void, of: P): void {
    let current = writing;
    if (current === undefined) return;
    if (current.points > 0 && recordSize(current.record) > maxBytes) {
      end(current);
      current = begin(current.scope, current.descriptor);
    }
    write(of, redact, current.descriptor.isInteger);
    current.points++;
  }

  return {
    metric(scope, descriptor) {
      // Of one that could not be written to its end.
      if (writing !== undefined) dropRecord(writing.record);
      begin(scope, descriptor);
    },
    numberPoint: (of) => point(writeNumberPoint, of),
    histogramPoint: (of) => point(writeHistogramPoint, of),
    exponentialPoint: (of) => point(writeExponentialPoint, of),
    endMetric() {
      if (writing !== undefined) end(writing);
    },
  };
}

/** Metric: 1 name, 2 description, 3 unit. @returns where its data begin. */
function openMetric({ name, description, unit, type }: MetricDescriptor): number {
  tag((1 << 3) | LENGTH);
  text(name);
  optionalText(2, description);
  optionalText(3, unit);
  return open((DATA[type] << 3) | LENGTH);
}

function closeMetric({ type, isMonotonic, temporality }: MetricDescriptor, data: number): void {
  if (type !== 'gauge') number(2, TEMPORALITY[temporality]);
  if (isMonotonic) number(3, 1);
  close(data);
}

/** NumberDataPoint: 4 as_double, 5 exemplars, 6 as_int, 7 attributes */
function writeNumberPoint(point: NumberPoint, redact: Redact, isInteger: boolean): void {
  const start = open(POINT);
  pointTimes(point.startMs, point.endMs);
  if (isInteger && Number.isSafeInteger(point.value)) {
    tag((6 << 3) | FIXED64);
    sfixed64(point.value);
  } else optionalDouble(4, point.value);
  writeLabels((7 << 3) | LENGTH, point.labels, redact);
  if (point.exemplars.length > 0) writeExemplars((5 << 3) | LENGTH, point.exemplars, redact, isInteger);
  close(start);
}

/** HistogramDataPoint: 4 count, 5 sum, 6 bucket_counts, 7 explicit_bounds, 8 exemplars, 9 attributes, 11 min, 12 max */
function writeHistogramPoint(point: HistogramPoint, redact: Redact): void {
  const { counts, bounds } = point;
  const start = open(POINT);
  pointTimes(point.startMs, point.endMs);
  tag((4 << 3) | FIXED64);
  fixed64(point.count);
  optionalDouble(5, point.sum);
  if (counts.length > 0) {
    const at = open((6 << 3) | LENGTH);
    for (let i = 0; i < counts.length; i++) fixed64(counts[i] as number);
    close(at);
  }
  if (bounds.length > 0) {
    const at = open((7 << 3) | LENGTH);
    for (let i = 0; i < bounds.length; i++) double(bounds[i] as number);
    close(at);
  }
  writeLabels((9 << 3) | LENGTH, point.labels, redact);
  if (point.exemplars.length > 0) writeExemplars((8 << 3) | LENGTH, point.exemplars, redact, false);
  optionalDouble(11, point.min);
  optionalDouble(12, point.max);
  close(start);
}

/**
 * ExponentialHistogramDataPoint: 1 attributes, 4 count, 5 sum, 6 scale, 7 zero_count, 8 positive, 9 negative, 11 exemplars,
 * 12 min, 13 max
 */
function writeExponentialPoint(point: ExponentialPoint, redact: Redact): void {
  const { scale } = point;
  const start = open(POINT);
  writeLabels((1 << 3) | LENGTH, point.labels, redact);
  pointTimes(point.startMs, point.endMs);
  tag((4 << 3) | FIXED64);
  fixed64(point.count);
  optionalDouble(5, point.sum);
  if (scale !== 0) {
    tag((6 << 3) | VARINT);
    sint32(scale);
  }
  tag((7 << 3) | FIXED64);
  fixed64(point.zeroCount);
  writeBuckets((8 << 3) | LENGTH, point.positive);
  writeBuckets((9 << 3) | LENGTH, point.negative);
  if (point.exemplars.length > 0) writeExemplars((11 << 3) | LENGTH, point.exemplars, redact, false);
  optionalDouble(12, point.min);
  optionalDouble(13, point.max);
  close(start);
}

/** Buckets: 1 offset, 2 bucket_counts */
function writeBuckets(tagValue: number, { offset, counts }: ExponentialBuckets): void {
  const start = open(tagValue);
  if (offset !== 0) {
    tag((1 << 3) | VARINT);
    sint32(offset);
  }
  if (counts.length > 0) {
    const at = open((2 << 3) | LENGTH);
    for (let i = 0; i < counts.length; i++) varint(counts[i] as number);
    close(at);
  }
  close(start);
}

/** Exemplar: 2 time, 3 as_double, 4 span_id, 5 trace_id, 6 as_int, 7 filtered_attributes */
function writeExemplars(tagValue: number, exemplars: readonly Exemplar[], redact: Redact, isInteger: boolean): void {
  for (const { attributes, timeMs: at, value, spanId, traceId } of exemplars) {
    const start = open(tagValue);
    tag((2 << 3) | FIXED64);
    timeMs(at);
    if (isInteger && Number.isSafeInteger(value)) {
      tag((6 << 3) | FIXED64);
      sfixed64(value);
    } else optionalDouble(3, value);
    if (spanId !== '') {
      tag((4 << 3) | LENGTH);
      hex(spanId);
      tag((5 << 3) | LENGTH);
      hex(traceId);
    }
    writeAttributes((7 << 3) | LENGTH, attributes, redact);
    close(start);
  }
}

/** The attributes of a series, which are encoded once. */
function writeLabels(tagValue: number, of: SeriesLabels, redact: Redact): void {
  of.protobuf ??= collect(labels, writeLabelsOf, tagValue, { labels: of, redact });
  encoded(of.protobuf);
}

function writeLabelsOf(tagValue: number, { labels: { attributes }, redact }: { labels: SeriesLabels; redact: Redact }): void {
  writeAttributes(tagValue, attributes, redact);
}
