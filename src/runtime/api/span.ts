/** Spans in contexts, and the span that records nothing. */
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { context, createContextKey } from './context.ts';
import { SilentSpan } from './silent-span.ts';

const SPAN = createContextKey('OpenTelemetry Context Key SPAN');
const HEX_16 = /^[\da-f]{16}$/i;
const HEX_32 = /^[\da-f]{32}$/i;

export const INVALID_SPAN_CONTEXT: SpanContext = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };

class NonRecordingSpan extends SilentSpan {
  /** Not private: an application may wrap it into a proxy. */
  readonly _spanContext: SpanContext;

  constructor(spanContext: SpanContext) {
    super();
    this._spanContext = spanContext;
  }

  spanContext(): SpanContext {
    return this._spanContext;
  }
}

export function isSpanContextValid({ spanId, traceId }: SpanContext): boolean {
  return isId(traceId, HEX_32, INVALID_SPAN_CONTEXT.traceId) && isId(spanId, HEX_16, INVALID_SPAN_CONTEXT.spanId);
}

function isId(id: unknown, form: RegExp, invalid: string): boolean {
  return typeof id === 'string' && id !== invalid && form.test(id);
}

export const getSpan = (from: Context): Span | undefined => (from.getValue(SPAN) as Span | undefined) || undefined;

export const setSpan = (into: Context, span: Span): Context => into.setValue(SPAN, span);

export function deleteSpan(from: Context): Context {
  return from.deleteValue(SPAN);
}

export const getActiveSpan = (): Span | undefined => getSpan(context.active());

export const getSpanContext = (from: Context): SpanContext | undefined => getSpan(from)?.spanContext();

export const wrapSpanContext = (spanContext: SpanContext): Span => new NonRecordingSpan(spanContext);

export const setSpanContext = (into: Context, spanContext: SpanContext): Context => setSpan(into, wrapSpanContext(spanContext));
