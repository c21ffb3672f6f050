/** Generators, and async iterables: each step runs in the follower's context, and it is over with the last one, or when the iteration is left. */
import { types } from 'node:util';
import { setImmediate } from '../../runtime/captured.ts';
import { settleAlike } from './follow-promise.ts';
import { watchThen } from './follow-thenable.ts';
import { inContext, once, type End, type Follower } from './follower.ts';
import { unregisterDropped, whenDropped } from './dropped.ts';
import { replaceMethod } from './replace-method.ts';

const STEPS = ['next', 'return', 'throw'] as const;

export function followIterator(iterator: object, follower: Follower): void {
  const restores: (() => void)[] = [];
  const token = {};
  const over = once((isFailed, outcome) => {
    unregisterDropped(token);
    for (const restore of restores) restore();
    follower.end(isFailed, outcome);
  });
  for (const name of STEPS) {
    const restore = replaceMethod(
      iterator,
      name,
      (step) =>
        function (this: unknown, ...args: unknown[]) {
          let result: unknown;
          try {
            result = inContext(follower.context, () => step.apply(this, args));
          } catch (error) {
            over(true, error);
            throw error;
          }
          return followStep(result, over);
        },
    );
    if (restore !== undefined) restores.push(restore);
  }
  if (restores.length === 0) over(false, iterator);
  else whenDropped(iterator, follower, token);
}

/** An object that may be iterated, and may as well be used otherwise: when no iteration has begun by the next turn of the event loop, it is a value. */
export function followIterable(iterable: object, follower: Follower): void {
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
          iterator = inContext(follower.context, () => iterate.apply(this, args));
        } catch (error) {
          follower.end(true, error);
          throw error;
        }
        if (typeof iterator === 'object' && iterator !== null) followIterator(iterator, follower);
        else follower.end(false, iterable);
        return iterator;
      },
  );
  if (restore === undefined) {
    follower.end(false, iterable);
    return;
  }
  setImmediate(() => {
    if (isIterated) return;
    isIterated = true;
    restore();
    follower.end(false, iterable);
  });
}

/** `step` is what a step gave: its result, or a promise of it, which nobody else knows yet. */
function followStep(step: unknown, over: End): unknown {
  const settle: End = (isFailed, result) => {
    if (isFailed) over(true, result);
    else if (isDone(result)) over(false, result.value);
  };
  if (types.isPromise(step)) return settleAlike(step, settle);
  if (typeof (step as { readonly then?: unknown } | null | undefined)?.then === 'function') watchThen(step as object, { end: settle });
  else settle(false, step);
  return step;
}

function isDone(result: unknown): result is IteratorReturnResult<unknown> {
  return (result as { readonly done?: unknown } | null | undefined)?.done === true;
}
