import type { Span } from '@opentelemetry/api';
import { endSpan } from './end-span.ts';
import { readableOptions } from '../../values/options.ts';
import { contextFor, SPAN_OPTIONS, type StartSpanOptions } from './span-options.ts';
import { beginSpan } from './tracer.ts';

// As TypeScript's own `lib.esnext.disposable` has them, for projects that compile without it.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
  interface Disposable {
    [Symbol.dispose](): void;
  }
}

/**
 * Start a span that ends with its block: `using span = startSpan('read file')`. Where a program cannot write `using`, `span.end()`
 * ends it. It is a child of the active span and does not become the active one; `withSpan` does that.
 *
 * Without telemetry the span records nothing.
 *
 * @see docs/spans.md
 */
export function startSpan(name: string, given?: StartSpanOptions): Span & Disposable {
  const options = readableOptions(given, SPAN_OPTIONS);
  const span = beginSpan(name, options, contextFor(options));
  Reflect.defineProperty(span, Symbol.dispose, { value: dispose, configurable: true, writable: true });
  return span as Span & Disposable;
}

function dispose(this: Span): void {
  endSpan(this);
}
