/** A span whose work goes on after the function that it was started for has returned. */
import type { Context, Span } from '@opentelemetry/api';
import { contained } from '../../runtime/contain.ts';
import { recordFailure } from './span-failure.ts';

export interface FollowedSpan {
  readonly span: Span;
  /** With the span in it: what runs of the work later runs here. */
  readonly context: Context;
  readonly expected: ((error: unknown) => boolean) | undefined;
}

/** End `span`, unless the application did it. Never throws. */
export function endSpan(span: Span): void {
  try {
    if (span.isRecording()) span.end();
  } catch (error) {
    contained('ending a span', error);
  }
}

export function failSpan({ span, expected }: FollowedSpan, error: unknown): void {
  if (span.isRecording()) recordFailure(span, error, expected);
  endSpan(span);
}
