import type { Attributes } from '@opentelemetry/api';
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

type AnyFunction = (this: never, ...args: never[]) => unknown;

/**
 * `fn`, each call of it in a span: `const charge = traced(async function charge(card) { … })`. Name, number of parameters,
 * `this`, properties and types are those of `fn`; see `withSpan` for results and errors.
 */
export function traced<Fn extends AnyFunction>(fn: Fn, options?: TracedOptions<Parameters<Fn>>): Fn {
  if (typeof fn !== 'function') throw new TypeError(`traced() must get a function, got ${typeof fn}.`);
  const readable = readableOptions(options, [...SPAN_OPTIONS, 'name']) as TracedOptions | undefined;
  return wrapFunction(fn, readable, () => readable?.name ?? (fn.name === '' ? 'anonymous' : fn.name));
}

/** @param nameOf - the span's name, by what `this` is in the call. */
export function wrapFunction<Fn extends AnyFunction>(
  fn: Fn,
  options: TracedOptions | undefined,
  nameOf: (receiver: unknown) => string,
): Fn {
  const work = fn as unknown as (this: unknown, ...args: unknown[]) => unknown;
  const fixed = typeof options?.attributes === 'function' ? undefined : spanOptions(options);
  const makesAttributes = typeof options?.attributes === 'function';

  function wrapper(this: unknown, ...args: unknown[]): unknown {
    const given = makesAttributes ? withAttributes(options, args) : fixed;
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

/** `undefined` where they say nothing but the name. */
function spanOptions(options: TracedOptions | undefined): SpanOptions | undefined {
  if (options === undefined) return undefined;
  const { name: _name, ...others } = options;
  return Object.keys(others).length === 0 ? undefined : (others as SpanOptions);
}

function withAttributes(options: TracedOptions, args: readonly unknown[]): SpanOptions {
  const { attributes, ...others } = options;
  // A function of the application's that throws costs its attributes, not the call.
  const made = attempt(() => (attributes as (...given: readonly unknown[]) => Attributes)(...args));
  return made === undefined ? others : { ...others, attributes: made };
}
