/** Span contexts that an application passes in. */
import type { SpanContext, TraceState } from '@opentelemetry/api';
import { attempt } from '../runtime/contain.ts';

const INVALID_TRACE_ID = '0'.repeat(32);
const INVALID_SPAN_ID = '0'.repeat(16);

/** Neither id is all zero. */
export function isValidSpanContext(context: SpanContext): boolean {
  return context.traceId !== INVALID_TRACE_ID && context.spanId !== INVALID_SPAN_ID;
}

/** A copy whose ids have the right form (all zero passes), or `undefined`. */
export function cleanSpanContext(value: unknown): SpanContext | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return attempt(() => copyOf(value));
}

function copyOf(value: Partial<Record<keyof SpanContext, unknown>>): SpanContext | undefined {
  const { traceId, spanId, traceFlags, traceState, isRemote } = value;
  if (!isHex(traceId, 32) || !isHex(spanId, 16)) return undefined;
  const context: SpanContext = {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    traceFlags: typeof traceFlags === 'number' ? traceFlags & 0xff : 0,
  };
  if (isTraceState(traceState)) context.traceState = traceState;
  if (isRemote === true) context.isRemote = true;
  return context;
}

function isHex(value: unknown, length: number): value is string {
  if (typeof value !== 'string' || value.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    const isDigit = code >= 48 && code <= 57;
    const letter = code | 32;
    if (!isDigit && !(letter >= 97 && letter <= 102)) return false;
  }
  return true;
}

function isTraceState(value: unknown): value is TraceState {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as TraceState).serialize === 'function' &&
    typeof (value as TraceState).serialize() === 'string'
  );
}
