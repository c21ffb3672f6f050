/** In which span an error was recorded first: it may come up where no span is active any more. One for all copies of this package. */
import type { SpanContext } from '@opentelemetry/api';
import { attempt } from './contain.ts';

interface ErrorSpans {
  readonly byError: WeakMap<object, SpanContext>;
  /** Of what ended a worker thread: it comes up as a copy, with the same stack. */
  readonly byStack: Map<string, SpanContext>;
}

const MOST_STACKS = 100;
const SLOT = Symbol.for('signalbox.error-spans');
const spans = ((globalThis as { [SLOT]?: ErrorSpans })[SLOT] ??= { byError: new WeakMap(), byStack: new Map() });

export function noteErrorSpan(error: unknown, span: SpanContext): void {
  if (typeof error === 'object' && error !== null && !spans.byError.has(error)) spans.byError.set(error, span);
}

export function noteErrorSpanOfThread(stack: string, span: SpanContext): void {
  const { byStack } = spans;
  if (byStack.size >= MOST_STACKS) byStack.delete(byStack.keys().next().value as string);
  byStack.set(stack, span);
}

export function spanOfError(error: unknown): SpanContext | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { byError, byStack } = spans;
  const known = byError.get(error);
  if (known !== undefined || byStack.size === 0) return known;
  const stack = attempt((): unknown => (error as Error).stack);
  return typeof stack === 'string' ? byStack.get(stack) : undefined;
}
