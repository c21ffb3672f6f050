import type { Context, Span } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import type { End } from '../follow/follower.ts';
import { followResult } from '../follow/follow-result.ts';
import { endSpan, failSpan } from './end-span.ts';
import { readableOptions } from '../../values/options.ts';
import { contextFor, SPAN_OPTIONS, type SpanOptions } from './span-options.ts';
import { beginSpan } from './tracer.ts';

/**
 * Run `fn` in a span, the child of the active one, which ends when the work of `fn` ends: with what it returns, when the promise
 * that it returns is settled, or when the generator, iterable or stream that it returns has ended or is left.
 *
 * Does nothing but run `fn` when no telemetry was started, or the trace is not sampled.
 *
 * @param name - of a class of work (`charge card`), with no id in it; what differs goes into attributes.
 * @param fn - what it returns is returned as it is, the same object.
 * @throws whatever `fn` throws, unchanged; the span is an error then, with `error.type` and an event `exception`.
 * @see docs/spans.md
 */
export function withSpan<T>(name: string, fn: (span: Span) => T): T;
export function withSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => T): T;
export function withSpan<T>(name: string, optionsOrFn: SpanOptions | ((span: Span) => T), maybeFn?: (span: Span) => T): T {
  if (typeof optionsOrFn === 'function') return runInSpan(name, undefined, optionsOrFn, optionsOrFn);
  if (typeof maybeFn !== 'function')
    throw new TypeError(`withSpan(${JSON.stringify(attempt(() => String(name)))}, …) must get a function, got ${typeof maybeFn}.`);
  return runInSpan(name, readableOptions(optionsOrFn, SPAN_OPTIONS), maybeFn, maybeFn);
}

/** @param work - what `fn` calls in the end: what it returns when it is an `async` function, nobody else knows yet. */
export function runInSpan<T>(name: string, options: SpanOptions | undefined, fn: (span: Span) => T, work: unknown): T {
  const context: Context = contextFor(options);
  const span = beginSpan(name, options, context);
  const inside = api.trace.setSpan(context, span);
  if (!span.isRecording()) return api.context.with(inside, fn, undefined, span);
  let result: T;
  try {
    result = api.context.with(inside, fn, undefined, span);
  } catch (error) {
    failSpan(span, error, options?.expected);
    throw error;
  }
  if ((typeof result !== 'object' || result === null) && typeof result !== 'function') {
    endSpan(span);
    return result;
  }
  const expected = options?.expected;
  const end: End = (isFailed, outcome) => (isFailed ? failSpan(span, outcome, expected) : endSpan(span));
  return followResult(result, { end, context: inside }, work);
}
