/** The active span: what runs now adds to it. Each does nothing where there is none, or where it is not sampled. */
import type { Span } from '@opentelemetry/api';
import { SAMPLED } from '../../names/otel.ts';
import { api } from '../../runtime/otel.ts';
import { recordFailure } from './span-failure.ts';
import type { SpanAttributes } from './span-attributes.ts';
import { linkTo, type SpanLink, type SpanReference } from './span-options.ts';

/** The active span, or `undefined`. */
export function currentSpan(): Span | undefined {
  return api.trace.getActiveSpan();
}

/** Set attributes of the active span. A name that is set again gets the new value; `undefined` sets nothing. */
export function setAttributes(attributes: SpanAttributes): void {
  currentSpan()?.setAttributes(attributes);
}

/** Note a moment on the active span: `addEvent('cache missed', { 'cache.key': key })`. */
export function addEvent(name: string, attributes?: SpanAttributes): void {
  currentSpan()?.addEvent(name, attributes);
}

/** Link the active span to another one, which caused it without being its parent. */
export function addLink(to: SpanReference | SpanLink): void {
  const link = linkTo(to);
  if (link !== undefined) currentSpan()?.addLink(link);
}

/** Make the active span an error for something that was caught, as `withSpan` does for what is thrown. Expected ones do nothing. */
export function recordError(error: unknown): void {
  const span = currentSpan();
  if (span?.isRecording() === true) recordFailure(span, error);
}

/** What names the active span elsewhere: in a log line, in an error page, in a support ticket. */
export interface TraceIds {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Whether the trace can be looked up: it is exported. */
  readonly isSampled: boolean;
}

/** Of the active span; `undefined` where there is none. */
export function traceIds(): TraceIds | undefined {
  const context = currentSpan()?.spanContext();
  if (context === undefined || !api.isSpanContextValid(context)) return undefined;
  return { traceId: context.traceId, spanId: context.spanId, isSampled: (context.traceFlags & SAMPLED) !== 0 };
}
