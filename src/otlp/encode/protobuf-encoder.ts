/**
 * OTLP in protobuf. Fields are written in the order of the official serializer, zeros included, so that the bytes can
 * be compared. The comments name the fields of https://github.com/open-telemetry/opentelemetry-proto.
 */
import type { Link, SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import type { Encoder, Redact, Scope, ScopeGroup } from '../types.ts';
import { redacted, redactedText } from './attribute-value.ts';
import { spanFlags } from './otlp-values.ts';
import { createProtobufMetricWriter } from './protobuf-metrics.ts';
import { FIXED32, FIXED64, LENGTH, number, optionalText, writeAnyValue, writeAttributes, writeRedactedText } from './protobuf-values.ts';
import { close, collect, fixed32, hex, open, tag, text, time } from './protobuf-writer.ts';
import { createSlab } from './slab.ts';

const spans = createSlab();
const logs = createSlab();
const alone = Buffer.allocUnsafeSlow;

export const protobufEncoder: Encoder = {
  encodeSpan: (span, redact) => collect(spans, writeSpan, span, redact),
  encodeLog: (record, redact) => collect(logs, writeLog, record, redact),
  createMetricWriter: createProtobufMetricWriter,
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
  writeRedactedText(span.name, redact);
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
  writeRedactedText(event.name, redact);
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
