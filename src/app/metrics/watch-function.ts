/** A function that is watched and otherwise unchanged, as a wrapper and as a decorator of either kind. */
import { contained } from '../../runtime/contain.ts';
import { followResult } from '../follow/follow-result.ts';
import type { End } from '../follow/follower.ts';

export type AnyFunction = (this: never, ...args: never[]) => unknown;

/** What `timed`, `counted` and `active` return when they are given no function. */
export interface FunctionDecorator {
  /** Of TC39, in TypeScript without `experimentalDecorators`: methods, also static and private ones. */
  <F extends AnyFunction>(value: F, context: ClassMethodDecoratorContext): F;
  /** A field that holds a function. */
  (value: undefined, context: ClassFieldDecoratorContext): <F>(value: F) => F;
  /** With `experimentalDecorators`. */
  <F>(prototype: object, key: string | symbol, descriptor: TypedPropertyDescriptor<F>): TypedPropertyDescriptor<F>;
  /** The function itself: the same as `timed(metric, fn)`. */
  <F extends AnyFunction>(fn: F): F;
}

/** Called before the function with its arguments. `undefined` when nothing is to be recorded. */
export type Begin = (args: readonly unknown[]) => End | undefined;

/**
 * `fn`, watched: with its name, arity, properties and `this`, and what it returns. It may be called with `new` as before,
 * which is not watched. What it throws is thrown on.
 */
export function watchFunction<F extends AnyFunction>(fn: F, begin: Begin): F {
  if (typeof fn !== 'function') return fn;
  return new Proxy(fn, {
    apply(target, self, args: unknown[]) {
      const end = beginContained(begin, args);
      if (end === undefined) return Reflect.apply(target, self, args);
      let result: unknown;
      try {
        result = Reflect.apply(target, self, args);
      } catch (error) {
        end(true, error);
        throw error;
      }
      return followResult(result, { end }, target);
    },
  });
}

export function functionDecorator(begin: Begin): FunctionDecorator {
  return decoratorOf((fn) => watchFunction(fn, begin));
}

/** @param wrap - a function of the same type. */
export function decoratorOf(wrap: (fn: AnyFunction) => AnyFunction): FunctionDecorator {
  const decorate = (value: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown => {
    const kind = typeof context === 'object' && context !== null ? (context as { kind?: unknown }).kind : undefined;
    if (kind === 'field') return (initial: unknown) => watch(initial);
    if (kind !== undefined || context === undefined) return kind === 'accessor' || kind === 'class' ? undefined : watch(value);
    if (typeof descriptor?.value === 'function') return { ...descriptor, value: watch(descriptor.value) };
    return descriptor;
  };
  const watch = (value: unknown): unknown => (typeof value === 'function' ? wrap(value as AnyFunction) : value);
  return decorate as FunctionDecorator;
}

/** A fault of ours, or of a hook of the application, is not the caller's. */
function beginContained(begin: Begin, args: readonly unknown[]): End | undefined {
  let end: End | undefined;
  try {
    end = begin(args);
  } catch (error) {
    contained('beginning to measure a call', error);
  }
  if (end === undefined) return undefined;
  let isOver = false;
  return (isFailed, outcome) => {
    if (isOver) return;
    isOver = true;
    try {
      end(isFailed, outcome);
    } catch (error) {
      contained('measuring a call', error);
    }
  };
}
