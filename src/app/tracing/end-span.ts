import type { Span } from '@opentelemetry/api';
import { contained } from '../../runtime/contain.ts';
import { recordFailure } from './span-failure.ts';

/** End `span`, unless the application did it. Never throws. */
export function endSpan(span: Span): void {
  try {
    if (span.isRecording()) span.end();
  } catch (error) {
    contained('ending a span', error);
  }
}

/** The same, for an error that left it. */
export function failSpan(span: Span, error: unknown, expected: ((error: unknown) => boolean) | undefined): void {
  if (span.isRecording()) recordFailure(span, error, expected);
  endSpan(span);
}
