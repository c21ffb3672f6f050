/** From records of the engine to those of tests, once. */
import type { Attributes, Span } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { hrTimeMs } from '../runtime/clock.ts';
import type { TestLog, TestSpan } from './records.ts';

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

export function readSpan(span: ReadableSpan): TestSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: KINDS[span.kind] ?? 'internal',
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    attributes: { ...span.attributes },
    events: span.events.map(({ name, attributes }) => ({ name, attributes: { ...attributes } })),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: { ...attributes },
    })),
    status: STATUSES[span.status.code] ?? 'unset',
    statusMessage: span.status.message,
    durationMs: span.ended ? hrTimeMs(span.duration) : 0,
    scope: span.instrumentationScope.name,
  };
}

export function readLog(record: ReadableLogRecord): TestLog {
  return {
    body: record.body,
    severity: record.severityText ?? severityName(record.severityNumber),
    severityNumber: record.severityNumber,
    eventName: record.eventName,
    attributes: { ...(record.attributes as Attributes) },
    traceId: record.spanContext?.traceId,
    spanId: record.spanContext?.spanId,
    scope: record.instrumentationScope.name,
  };
}

/** @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#displaying-severity */
function severityName(severity: number | undefined): string | undefined {
  return severity === undefined || severity < 1 ? undefined : ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'][(severity - 1) >> 2];
}

export const traceIdOf = (span: Span): string => span.spanContext().traceId;
