import { attempt } from '../../runtime/contain.ts';
import type { SpanAttributes } from './span-attributes.ts';
import { readableOptions } from '../../values/options.ts';
import { SPAN_OPTIONS, type SpanOptions } from './span-options.ts';
import { runInSpan } from './with-span.ts';

/** Options of a span for each call of a function with these parameters. */
export interface TracedOptions<Args extends readonly unknown[] = readonly never[]> extends Omit<SpanOptions, 'attributes'> {
  /** @default the name of the function */
  readonly name?: string;
  /** Attributes, or how to make them from what the function is called with. */
  readonly attributes?: SpanAttributes | ((...args: Args) => SpanAttributes);
}

type MakeAttributes = (...args: readonly unknown[]) => SpanAttributes;
type AnyFunction = (this: never, ...args: never[]) => unknown;

/**
 * `fn`, each call of it in a span: `const charge = traced(async function charge(card) { … })`. Name, number of parameters,
 * `this`, properties and types are those of `fn`; see `withSpan` for results and errors.
 */
export function traced<Fn extends AnyFunction>(fn: Fn, options?: TracedOptions<Parameters<Fn>>): Fn {
  if (typeof fn !== 'function') throw new TypeError(`traced() must get a function, got ${typeof fn}.`);
  const readable = tracedOptions(options as TracedOptions | undefined);
  return wrapFunction(fn, readable, () => readable?.name ?? (fn.name === '' ? 'anonymous' : fn.name));
}

/** What plain JavaScript hands in; `undefined` where it cannot be read. */
export function tracedOptions(given: TracedOptions | undefined): TracedOptions | undefined {
  return readableOptions(given, [...SPAN_OPTIONS, 'name']);
}

/** @param nameOf - the span's name, by what `this` is in the call. */
export function wrapFunction<Fn extends AnyFunction>(
  fn: Fn,
  options: TracedOptions | undefined,
  nameOf: (receiver: unknown) => string,
): Fn {
  const work = fn as unknown as (this: unknown, ...args: unknown[]) => unknown;
  const fixed = spanOptions(options);
  const makeAttributes = typeof fixed.attributes === 'function' ? (fixed.attributes as MakeAttributes) : undefined;

  function wrapper(this: unknown, ...args: unknown[]): unknown {
    const given = makeAttributes === undefined ? fixed : withAttributes(fixed, makeAttributes, args);
    if (new.target === undefined) return runInSpan(nameOf(this), given, () => Reflect.apply(work, this, args), work);
    const target = new.target === wrapper ? work : new.target;
    return runInSpan(nameOf(this), given, () => Reflect.construct(work, args, target) as unknown, work);
  }

  // Properties and decorators' metadata are looked up at `fn`.
  Object.setPrototypeOf(wrapper, work);
  for (const name of ['name', 'length', 'prototype'] as const) {
    const own = Object.getOwnPropertyDescriptor(work, name);
    if (own !== undefined) Object.defineProperty(wrapper, name, name === 'prototype' ? { value: own.value as unknown } : own);
  }
  return wrapper as unknown as Fn;
}

/** Those that are there, and no others: it is the application's object. */
function spanOptions(options: TracedOptions | undefined): SpanOptions {
  if (options === undefined) return {};
  return Object.fromEntries(SPAN_OPTIONS.map((name) => [name, options[name]]).filter(([, value]) => value !== undefined));
}

function withAttributes(options: SpanOptions, make: MakeAttributes, args: readonly unknown[]): SpanOptions {
  // A function of the application's that throws costs its attributes, not the call.
  return { ...options, attributes: attempt(() => make(...args), {}) };
}
