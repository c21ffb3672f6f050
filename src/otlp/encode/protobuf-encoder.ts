/**
 * OTLP in protobuf. Fields are written in the order of the official serializer, zeros included, so that the bytes can
 * be compared. The comments name the fields of https://github.com/open-telemetry/opentelemetry-proto.
 */
import type { Attributes, Link, SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { DataPoint, DataPointType, ExponentialHistogram, Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import type { PlainMap, PlainValue } from '../../values/plain-value.ts';
import { isInt64, redacted, redactedText } from './attribute-value.ts';
import { spanFlags, temporality, ValueType } from './otlp-values.ts';
import {
  bigint64,
  blob,
  close,
  collect,
  double,
  fixed32,
  fixed64,
  hex,
  int64,
  key,
  open,
  sfixed64,
  sint32,
  tag,
  text,
  time,
  varint,
} from './protobuf-writer.ts';
import { createSlab } from './slab.ts';
import type { Encoder, Redact, Scope, ScopeGroup } from '../types.ts';

// Wire types, added to a field number times eight.
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** In a `for in` loop six times as fast as `Object.hasOwn`. */
const hasOwn = Object.prototype.hasOwnProperty;

const spans = createSlab();
const logs = createSlab();
const metrics = createSlab();
const alone = Buffer.allocUnsafeSlow;

export const protobufEncoder: Encoder = {
  encodeSpan: (span, redact) => collect(spans, writeSpan, span, redact),
  encodeLog: (record, redact) => collect(logs, writeLog, record, redact),
  encodeMetric: (metric, redact) => collect(metrics, writeMetric, metric, redact),
  encodeResource: (resource, redact) => collect(alone, writeResource, resource, redact),
  encodeScope: (scope, redact) => collect(alone, writeScope, scope, redact),
  assemble,
};

/** ExportXServiceRequest { 1 resource_x }, ResourceX { 2 scope_x }, ScopeX { 2 records }: alike for all signals. */
function assemble(_signal: unknown, resource: Uint8Array, groups: readonly ScopeGroup[]): Uint8Array {
  const sizes: number[] = [];
  let resourceSize = resource.length;
  for (const { scope, records } of groups) {
    let size = scope.length;
    for (const record of records) size += headerSize(record.length) + record.length;
    sizes.push(size);
    resourceSize += headerSize(size) + size;
  }
  // Not from the pool, so that it can be handed to a worker thread.
  const target = Buffer.allocUnsafeSlow(headerSize(resourceSize) + resourceSize);
  let position = header(target, 0, 1, resourceSize);
  target.set(resource, position);
  position += resource.length;
  groups.forEach(({ scope, records }, index) => {
    position = header(target, position, 2, sizes[index]!);
    target.set(scope, position);
    position += scope.length;
    for (const record of records) {
      position = header(target, position, 2, record.length);
      target.set(record, position);
      position += record.length;
    }
  });
  return target;
}

/** Bytes of tag and length. */
function headerSize(length: number): number {
  let size = 2;
  for (let rest = length >>> 7; rest > 0; rest >>>= 7) size++;
  return size;
}

function header(target: Buffer, position: number, field: number, length: number): number {
  target[position++] = (field << 3) | LENGTH;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) target[position++] = (rest & 0x7f) | 0x80;
  target[position++] = rest;
  return position;
}

/** All of ResourceX but its records: 1 resource { 1 attributes, 2 dropped_attributes_count }, 3 schema_url. */
function writeResource(resource: Resource, redact: Redact): void {
  const start = open((1 << 3) | LENGTH);
  writeAttributes((1 << 3) | LENGTH, resource.attributes, redact);
  number(2, 0);
  close(start);
  optionalText(3, resource.schemaUrl);
}

/** All of ScopeX but its records: 1 scope { 1 name, 2 version, 3 attributes, 4 dropped_attributes_count }, 3 schema_url. */
function writeScope(scope: Scope, redact: Redact): void {
  const start = open((1 << 3) | LENGTH);
  tag((1 << 3) | LENGTH);
  text(scope.name);
  optionalText(2, scope.version);
  if (scope.attributes) writeAttributes((3 << 3) | LENGTH, scope.attributes, redact);
  if (scope.droppedAttributesCount) number(4, scope.droppedAttributesCount);
  close(start);
  optionalText(3, scope.schemaUrl);
}

/**
 * Span: 1 trace_id, 2 span_id, 3 trace_state, 4 parent_span_id, 5 name, 6 kind, 7 start, 8 end, 9 attributes, 10 dropped,
 * 11 events, 12 dropped, 13 links, 14 dropped, 15 status { 2 message, 3 code }, 16 flags
 */
function writeSpan(span: ReadableSpan, redact: Redact): void {
  const context = span.spanContext();
  const parent = span.parentSpanContext;
  tag((1 << 3) | LENGTH);
  hex(context.traceId);
  tag((2 << 3) | LENGTH);
  hex(context.spanId);
  optionalText(3, context.traceState?.serialize());
  if (parent?.spanId) {
    tag((4 << 3) | LENGTH);
    hex(parent.spanId);
  }
  tag((5 << 3) | LENGTH);
  text(redactedText(redact, span.name));
  number(6, span.kind == null ? 0 : span.kind + 1);
  tag((7 << 3) | FIXED64);
  time(span.startTime);
  tag((8 << 3) | FIXED64);
  time(span.endTime);
  writeAttributes((9 << 3) | LENGTH, span.attributes, redact);
  number(10, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(event, redact);
  number(12, span.droppedEventsCount);
  for (const link of span.links) writeLink(link, redact);
  number(14, span.droppedLinksCount);
  const status = open((15 << 3) | LENGTH);
  if (span.status.message) {
    const message = redacted(redact, '', span.status.message);
    if (message !== undefined) optionalText(2, message as string);
  }
  number(3, span.status.code);
  close(status);
  writeFlags((16 << 3) | FIXED32, context, parent);
}

/** Event: 1 time, 2 name, 3 attributes, 4 dropped */
function writeEvent(event: TimedEvent, redact: Redact): void {
  const start = open((11 << 3) | LENGTH);
  tag((1 << 3) | FIXED64);
  time(event.time);
  tag((2 << 3) | LENGTH);
  text(redactedText(redact, event.name));
  writeAttributes((3 << 3) | LENGTH, event.attributes, redact);
  number(4, event.droppedAttributesCount);
  close(start);
}

/** Link: 1 trace_id, 2 span_id, 3 trace_state, 4 attributes, 5 dropped, 6 flags */
function writeLink(link: Link, redact: Redact): void {
  const start = open((13 << 3) | LENGTH);
  tag((1 << 3) | LENGTH);
  hex(link.context.traceId);
  tag((2 << 3) | LENGTH);
  hex(link.context.spanId);
  optionalText(3, link.context.traceState?.serialize());
  writeAttributes((4 << 3) | LENGTH, link.attributes, redact);
  number(5, link.droppedAttributesCount);
  writeFlags((6 << 3) | FIXED32, link.context, link.context);
  close(start);
}

function writeFlags(tagValue: number, context: SpanContext, remote: SpanContext | undefined): void {
  tag(tagValue);
  fixed32(spanFlags(context, remote));
}

/**
 * LogRecord: 1 time, 2 severity_number, 3 severity_text, 5 body, 6 attributes, 7 dropped, 8 flags, 9 trace_id,
 * 10 span_id, 11 observed_time, 12 event_name
 */
function writeLog(record: ReadableLogRecord, redact: Redact): void {
  tag((1 << 3) | FIXED64);
  time(record.hrTime);
  if (record.severityNumber) number(2, record.severityNumber);
  optionalText(3, redactedText(redact, record.severityText));
  if (record.body !== undefined) {
    const body = redacted(redact, '', record.body);
    if (body !== undefined) writeAnyValue((5 << 3) | LENGTH, body);
  }
  writeAttributes((6 << 3) | LENGTH, record.attributes, redact);
  number(7, record.droppedAttributesCount);
  const context = record.spanContext;
  if (context?.traceFlags) {
    tag((8 << 3) | FIXED32);
    fixed32(context.traceFlags);
  }
  if (context?.traceId) {
    tag((9 << 3) | LENGTH);
    hex(context.traceId);
  }
  if (context?.spanId) {
    tag((10 << 3) | LENGTH);
    hex(context.spanId);
  }
  tag((11 << 3) | FIXED64);
  time(record.hrTimeObserved);
  optionalText(12, redactedText(redact, record.eventName));
}

/** Metric: 1 name, 2 description, 3 unit, 5 gauge, 7 sum, 9 histogram, 10 exponential_histogram; in each of them 1 data_points, 2 temporality, 3 is_monotonic */
function writeMetric(metric: MetricData, redact: Redact): void {
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

function number(field: number, value: number | undefined): void {
  tag((field << 3) | VARINT);
  int64(Number.isSafeInteger(value) ? value! : 0);
}

function optionalText(field: number, value: string | undefined): void {
  if (!value) return;
  tag((field << 3) | LENGTH);
  text(value);
}

function optionalDouble(field: number, value: number | undefined): void {
  if (value === undefined) return;
  tag((field << 3) | FIXED64);
  double(value);
}

/** KeyValue: 1 key, 2 value. */
function writeAttributes(tagValue: number, attributes: Attributes | undefined, redact: Redact): void {
  for (const name in attributes) {
    if (!hasOwn.call(attributes, name)) continue;
    const value = redacted(redact, name, attributes[name]);
    if (value === undefined && attributes[name] !== undefined) continue;
    writeKeyValue(tagValue, name, value);
  }
}

function writeKeyValue(tagValue: number, name: string, value: PlainValue | undefined): void {
  const start = open(tagValue);
  key(name);
  writeAnyValue((2 << 3) | LENGTH, value);
  close(start);
}

/** AnyValue: 1 string, 2 bool, 3 int, 4 double, 5 array { 1 values }, 6 kvlist { 1 values }, 7 bytes; none of them for null. */
function writeAnyValue(tagValue: number, value: PlainValue | undefined): void {
  const start = open(tagValue);
  switch (typeof value) {
    case 'string':
      writeText(value);
      break;
    case 'boolean':
      number(2, value ? 1 : 0);
      break;
    case 'number':
      if (Number.isSafeInteger(value)) number(3, value);
      else optionalDouble(4, value);
      break;
    case 'bigint':
      if (isInt64(value)) {
        tag((3 << 3) | VARINT);
        bigint64(value);
      } else writeText(String(value));
      break;
    case 'object':
      if (value !== null) writeObject(value);
  }
  close(start);
}

function writeText(value: string): void {
  tag((1 << 3) | LENGTH);
  text(value);
}

function writeObject(value: Uint8Array | readonly PlainValue[] | PlainMap): void {
  if (value instanceof Uint8Array) {
    tag((7 << 3) | LENGTH);
    blob(value);
  } else if (Array.isArray(value)) {
    const start = open((5 << 3) | LENGTH);
    for (const item of value as readonly PlainValue[]) writeAnyValue((1 << 3) | LENGTH, item);
    close(start);
  } else {
    const start = open((6 << 3) | LENGTH);
    const map = value as PlainMap;
    for (const name in map) if (hasOwn.call(map, name)) writeKeyValue((1 << 3) | LENGTH, name, map[name]);
    close(start);
  }
}
