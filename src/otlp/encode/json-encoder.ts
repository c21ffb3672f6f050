/**
 * OTLP in JSON: ids in hexadecimal, enums as numbers, 64-bit integers as decimal strings, bytes in base64.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Signal } from '../../config/config.ts';
import type { Encoder, Redact, Scope, ScopeGroup } from '../types.ts';
import { redacted, redactedText } from './attribute-value.ts';
import { createJsonMetricWriter } from './json-metrics.ts';
import { anyValue, attributesToJson, nanos, optionalText, text } from './json-values.ts';
import { spanFlags } from './otlp-values.ts';
import { createSlab } from './slab.ts';

/** Names of the lists in a request, by signal. */
const LISTS = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
} as const;

const spans = createSlab();
const logs = createSlab();
const metrics = createSlab();

export const jsonEncoder: Encoder = {
  encodeSpan: (span, redact) => encode(spans, JSON.stringify(spanToJson(span, redact))),
  encodeLog: (record, redact) => encode(logs, JSON.stringify(logToJson(record, redact))),
  createMetricWriter: (sink) => createJsonMetricWriter(sink, (json) => encode(metrics, json)),
  encodeResource: (resource, redact) => encodeFields(resourceToJson(resource, redact)),
  encodeScope: (scope, redact) => encodeFields(scopeToJson(scope, redact)),
  assemble,
};

function encode(allocate: (size: number) => Buffer, json: string): Uint8Array {
  const target = allocate(Buffer.byteLength(json));
  target.write(json);
  return target;
}

/** The fields of an object without its braces, so that `assemble` can go on behind them. */
function encodeFields(json: object): Uint8Array {
  return encode(Buffer.allocUnsafeSlow, JSON.stringify(json).slice(1, -1));
}

function assemble(signal: Signal, resource: Uint8Array, groups: readonly ScopeGroup[]): Uint8Array {
  const [resourceList, scopeList, recordList] = LISTS[signal];
  const comma = Buffer.from(',');
  const parts: Uint8Array[] = [Buffer.from(`{"${resourceList}":[{`), resource, Buffer.from(`,"${scopeList}":[`)];
  groups.forEach(({ scope, records }, index) => {
    parts.push(Buffer.from(index === 0 ? '{' : ',{'), scope, Buffer.from(`,"${recordList}":[`));
    records.forEach((record, at) => {
      if (at > 0) parts.push(comma);
      parts.push(record);
    });
    parts.push(Buffer.from(']}'));
  });
  parts.push(Buffer.from(']}]}'));
  let size = 0;
  for (const part of parts) size += part.length;
  // Not from the pool, so that it can be handed to a worker thread.
  const target = Buffer.allocUnsafeSlow(size);
  let position = 0;
  for (const part of parts) {
    target.set(part, position);
    position += part.length;
  }
  return target;
}

/** All of ResourceX but its records. */
function resourceToJson(resource: Resource, redact: Redact): object {
  return {
    resource: { attributes: attributesToJson(resource.attributes, redact), droppedAttributesCount: 0 },
    schemaUrl: optionalText(resource.schemaUrl),
  };
}

/** All of ScopeX but its records. */
function scopeToJson(scope: Scope, redact: Redact): object {
  return {
    scope: {
      name: text(scope.name),
      version: optionalText(scope.version),
      attributes: scope.attributes && attributesToJson(scope.attributes, redact),
      droppedAttributesCount: scope.droppedAttributesCount,
    },
    schemaUrl: optionalText(scope.schemaUrl),
  };
}

function spanToJson(span: ReadableSpan, redact: Redact): object {
  const context = span.spanContext();
  const message = span.status.message ? redacted(redact, '', span.status.message) : undefined;
  return {
    traceId: text(context.traceId),
    spanId: text(context.spanId),
    traceState: optionalText(context.traceState?.serialize()),
    parentSpanId: optionalText(span.parentSpanContext?.spanId),
    name: text(redactedText(redact, span.name)),
    kind: span.kind == null ? 0 : span.kind + 1,
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.endTime),
    attributes: attributesToJson(span.attributes, redact),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map((event) => ({
      timeUnixNano: nanos(event.time),
      name: text(redactedText(redact, event.name)),
      attributes: attributesToJson(event.attributes, redact),
      droppedAttributesCount: event.droppedAttributesCount ?? 0,
    })),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map((link) => ({
      traceId: text(link.context.traceId),
      spanId: text(link.context.spanId),
      traceState: optionalText(link.context.traceState?.serialize()),
      attributes: attributesToJson(link.attributes, redact),
      droppedAttributesCount: link.droppedAttributesCount ?? 0,
      flags: spanFlags(link.context, link.context),
    })),
    droppedLinksCount: span.droppedLinksCount,
    status: { code: span.status.code, message: message === undefined ? undefined : text(message) },
    flags: spanFlags(context, span.parentSpanContext),
  };
}

function logToJson(record: ReadableLogRecord, redact: Redact): object {
  const body = record.body === undefined ? undefined : redacted(redact, '', record.body);
  const context = record.spanContext;
  return {
    timeUnixNano: nanos(record.hrTime),
    observedTimeUnixNano: nanos(record.hrTimeObserved),
    severityNumber: record.severityNumber,
    severityText: optionalText(redactedText(redact, record.severityText)),
    body: body === undefined ? undefined : anyValue(body),
    eventName: optionalText(redactedText(redact, record.eventName)),
    attributes: attributesToJson(record.attributes, redact),
    droppedAttributesCount: record.droppedAttributesCount,
    flags: context?.traceFlags,
    traceId: optionalText(context?.traceId),
    spanId: optionalText(context?.spanId),
  };
}
