/** Ends a span when what its function returned has ended, and leaves that as it is. */
import { types } from 'node:util';
import { attempt } from '../../runtime/contain.ts';
import { followPromise, isPlainPromise } from '../follow-promise.ts';
import { endSpan, failSpan, type FollowedSpan } from './followed-span.ts';
import { isStream, followStream } from './follow-stream.ts';
import { followIterable, followIterator } from './follow-iteration.ts';
import { followThenable } from './follow-thenable.ts';

const { isPromise, isGeneratorObject } = types;
const promiseThen = Promise.prototype.then;
const asyncFunction: unknown = Object.getPrototypeOf(async () => {});

/**
 * @param result - an object or a function.
 * @param work - the function that made it.
 * @returns `result` itself; for an `async` function, whose promise nobody else knows yet, one that follows it: in that way a
 *   rejection that nobody handles is still seen by Node.js.
 */
export function followResult<T>(result: T, followed: FollowedSpan, work: unknown): T {
  if (isPlainPromise(result)) return followNative(result, followed, isAsyncFunction(work)) as T;
  if (isPromise(result)) {
    if (result.then === promiseThen) listen(result, followed);
    else followThenable(result, followed);
    return result;
  }
  const then = attempt(() => (result as { then?: unknown }).then);
  if (typeof then === 'function') followThenable(result as object, followed);
  else followValue(result, followed);
  return result;
}

function isAsyncFunction(work: unknown): boolean {
  return typeof work === 'function' && attempt(() => Object.getPrototypeOf(work)) === asyncFunction;
}

function followNative(promise: Promise<unknown>, followed: FollowedSpan, isFresh: boolean): Promise<unknown> {
  if (!isFresh) {
    followPromise(promise, (isFailed, outcome) => (isFailed ? failSpan(followed, outcome) : followValue(outcome, followed)));
    return promise;
  }
  const fulfilled = (value: unknown): unknown => {
    followValue(value, followed);
    return value;
  };
  return promiseThen.call(promise, fulfilled, (error: unknown) => {
    failSpan(followed, error);
    throw error;
  });
}

/** To a promise of a class of its own, which must not be changed: a rejection of it counts as handled from here on. */
function listen(promise: Promise<unknown>, followed: FollowedSpan): void {
  void promiseThen.call(
    promise,
    (value) => followValue(value, followed),
    (error: unknown) => failSpan(followed, error),
  );
}

/** `value` is here; where it yields more later, the span lasts until it has ended or is left. */
function followValue(value: unknown, followed: FollowedSpan): void {
  if (typeof value !== 'object' || value === null) endSpan(followed.span);
  else if (isGeneratorObject(value)) followIterator(value as object as Iterator<unknown>, followed);
  else if (isStream(value)) followStream(value, followed);
  else if (typeof attempt(() => (value as AsyncIterable<unknown>)[Symbol.asyncIterator]) === 'function')
    followIterable(value as AsyncIterable<unknown>, followed);
  else endSpan(followed.span);
}
