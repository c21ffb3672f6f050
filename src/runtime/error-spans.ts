/** In which span an error was recorded first: it may come up where no span is active any more. One for all copies of this package. */
import type { SpanContext } from '@opentelemetry/api';

const SLOT = Symbol.for('signalbox.error-spans');
const spans = ((globalThis as { [SLOT]?: WeakMap<object, SpanContext> })[SLOT] ??= new WeakMap<object, SpanContext>());

export function noteErrorSpan(error: unknown, span: SpanContext): void {
  if (typeof error === 'object' && error !== null && !spans.has(error)) spans.set(error, span);
}

export function spanOfError(error: unknown): SpanContext | undefined {
  return typeof error === 'object' && error !== null ? spans.get(error) : undefined;
}
