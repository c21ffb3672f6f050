import type { SpanContext, TraceState } from '@opentelemetry/api';
import { isMarkedRandom, markRandom } from '../../context/random-flag.ts';
import { cleanSpanContext } from '../../values/span-context.ts';

/** What the wrapper of a span says when it does not lead back to the span. */
export const NO_CONTEXT: SpanContext = Object.freeze({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });

/** @param isRandom - W3C's flag for the trace id: goes out in headers, and is not shown to applications. */
export function createSpanContext(
  traceId: string,
  spanId: string,
  traceFlags: number,
  traceState: TraceState | undefined,
  isRandom: boolean,
): SpanContext {
  const context = traceState === undefined ? { traceId, spanId, traceFlags } : { traceId, spanId, traceFlags, traceState };
  return isRandom ? markRandom(context) : context;
}

/** A copy whose ids have the right form (all zero passes), or `undefined`. Never throws. */
export function copySpanContext(given: unknown): SpanContext | undefined {
  const copy = cleanSpanContext(given);
  return copy !== undefined && isMarkedRandom(given as object) ? markRandom(copy) : copy;
}
