import type { Span, SpanContext } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { isValidSpanContext } from '../../values/span-context.ts';
import { RecordingSpan } from './recording-span.ts';
import { copySpanContext } from './span-context.ts';
import { UnsampledSpan } from './unsampled-span.ts';

/** The context of `span`, whoever made it, when it is valid. A context of another's span is copied. Never throws. */
export function validContextOf(span: Span): SpanContext | undefined {
  return attempt(() => {
    const own = RecordingSpan.contextOf(span) ?? UnsampledSpan.contextOf(span);
    if (own !== undefined) return own;
    const foreign = copySpanContext(span.spanContext());
    return foreign !== undefined && isValidSpanContext(foreign) ? foreign : undefined;
  });
}
