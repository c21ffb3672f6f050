import type { Span, SpanContext } from '@opentelemetry/api';
import { cleanSpanContext, isValidSpanContext } from '../../values/span-context.ts';
import { RecordingSpan } from './recording-span.ts';
import { UnsampledSpan } from './unsampled-span.ts';

/** The context of `span`, whoever made it, when it is valid. A context of another's span is copied. Never throws. */
export function validContextOf(span: Span): SpanContext | undefined {
  try {
    const own = RecordingSpan.contextOf(span) ?? UnsampledSpan.contextOf(span);
    if (own !== undefined) return own;
    const foreign = cleanSpanContext(span.spanContext());
    return foreign !== undefined && isValidSpanContext(foreign) ? foreign : undefined;
  } catch {
    return undefined; // not a span
  }
}
