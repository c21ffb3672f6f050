/** Generators, and async iterables: each step runs in the span, which ends with the last one, or when the iteration is left. */
import { types } from 'node:util';
import { setImmediate } from '../../runtime/captured.ts';
import { api } from '../../runtime/otel.ts';
import { endSpan, failSpan, type FollowedSpan } from './followed-span.ts';
import { replaceMethod } from './own-method.ts';

/** A generator that is dropped halfway never says so: its span ends when it is collected. */
const dropped = new FinalizationRegistry<FollowedSpan>(({ span }) => endSpan(span));

const STEPS = ['next', 'return', 'throw'] as const;

export function followIterator(iterator: object, followed: FollowedSpan): void {
  const restores: (() => void)[] = [];
  const token = {};
  const settle = (): void => {
    dropped.unregister(token);
    for (const restore of restores.splice(0)) restore();
  };
  const end = (): void => {
    settle();
    endSpan(followed.span);
  };
  const fail = (error: unknown): void => {
    settle();
    failSpan(followed, error);
  };
  for (const name of STEPS) {
    const restore = replaceMethod(
      iterator,
      name,
      (step) =>
        function (this: unknown, ...args: unknown[]) {
          let result: unknown;
          try {
            result = api.context.with(followed.context, () => step.apply(this, args));
          } catch (error) {
            fail(error);
            throw error;
          }
          return followStep(result, end, fail);
        },
    );
    if (restore !== undefined) restores.push(restore);
  }
  if (restores.length === 0) end();
  else dropped.register(iterator, followed, token);
}

/** Follow an object that may be iterated, and may as well be used otherwise: when no iteration has begun by the next turn of the event loop, it is a value. */
export function followIterable(iterable: AsyncIterable<unknown>, followed: FollowedSpan): void {
  let isIterated = false;
  const restore = replaceMethod(
    iterable,
    Symbol.asyncIterator,
    (iterate) =>
      function (this: unknown, ...args: unknown[]) {
        restore?.();
        if (isIterated) return iterate.apply(this, args);
        isIterated = true;
        let iterator: unknown;
        try {
          iterator = api.context.with(followed.context, () => iterate.apply(this, args));
        } catch (error) {
          failSpan(followed, error);
          throw error;
        }
        if (typeof iterator === 'object' && iterator !== null) followIterator(iterator, followed);
        else endSpan(followed.span);
        return iterator;
      },
  );
  if (restore === undefined) {
    endSpan(followed.span);
    return;
  }
  setImmediate(() => {
    if (isIterated) return;
    isIterated = true;
    restore();
    endSpan(followed.span);
  });
}

/** `step` is what a step gave: its result, or a promise of it, which nobody else knows yet. */
function followStep(step: unknown, end: () => void, fail: (error: unknown) => void): unknown {
  if (types.isPromise(step))
    return step.then(
      (result) => {
        if (isDone(result)) end();
        return result;
      },
      (error: unknown) => {
        fail(error);
        throw error;
      },
    );
  if (isDone(step)) end();
  return step;
}

function isDone(result: unknown): boolean {
  return (result as { readonly done?: unknown } | null | undefined)?.done === true;
}
