/**
 * OTLP in JSON: ids in hexadecimal, enums as numbers, 64-bit integers as decimal strings, bytes in base64.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import type { Attributes, HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { DataPoint, DataPointType, ExponentialHistogram, Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Signal } from '../../config/config.ts';
import type { PlainMap, PlainValue } from '../../values/plain-value.ts';
import { isInt64, redacted, redactedText } from './attribute-value.ts';
import { MAX_SECONDS, spanFlags, temporality, ValueType } from './otlp-values.ts';
import { createSlab } from './slab.ts';
import type { Encoder, Redact, Scope, ScopeGroup } from '../types.ts';

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
  encodeMetric: (metric, redact) => encode(metrics, JSON.stringify(metricToJson(metric, redact))),
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

function metricToJson(metric: MetricData, redact: Redact): object {
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

/** Nanoseconds since 1970 in decimal. Negative and invalid times become 0. */
function nanos([seconds, rest]: HrTime): string {
  if (!(seconds >= 0 && seconds < MAX_SECONDS && rest >= 0)) return '0';
  return String(BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(rest)));
}

/** Lone surrogates become U+FFFD: as escapes they are legal JSON, but strict readers refuse the whole request. */
function text(value: unknown): string {
  const string = typeof value === 'string' ? value : value == null ? '' : String(value);
  return string.toWellFormed();
}

function optionalText(value: string | undefined): string | undefined {
  return value ? text(value) : undefined;
}

/** JSON has no NaN and no infinities; the protobuf mapping writes them as these strings. */
function double(value: number | undefined): number | string | undefined {
  return value === undefined || Number.isFinite(value) ? value : String(value);
}

function attributesToJson(attributes: Attributes | undefined, redact: Redact): object[] {
  const list: object[] = [];
  for (const key in attributes) {
    if (!Object.hasOwn(attributes, key)) continue;
    const value = redacted(redact, key, attributes[key]);
    if (value === undefined && attributes[key] !== undefined) continue;
    list.push({ key: text(key), value: anyValue(value) });
  }
  return list;
}

function anyValue(value: PlainValue | undefined): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: text(value) };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: double(value) };
    case 'bigint':
      return isInt64(value) ? { intValue: String(value) } : { stringValue: String(value) };
    case 'object':
      return value === null ? {} : objectValue(value);
    default:
      return {};
  }
}

function objectValue(value: Uint8Array | readonly PlainValue[] | PlainMap): object {
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: (value as readonly PlainValue[]).map(anyValue) } };
  return { kvlistValue: { values: Object.entries(value).map(([key, item]) => ({ key: text(key), value: anyValue(item as PlainValue) })) } };
}
