/**
 * When what a function returned is over, and how: at once, when a promise or a thenable settles, a generator or an iteration ends, a
 * stream closes.
 *
 * The caller gets what was returned, itself. Only for the promise of an `async` function, which nobody else knows yet, the caller gets
 * another that settles alike: a rejection that nobody handles stays one.
 */
import { types } from 'node:util';
import { attempt } from '../../runtime/contain.ts';
import { followIterable, followIterator } from './follow-iteration.ts';
import { canFollow, followPromise, settleAlike } from './follow-promise.ts';
import { followStream, isStream } from './follow-stream.ts';
import { followThenable } from './follow-thenable.ts';
import type { Follower } from './follower.ts';

const asyncFunction: unknown = Object.getPrototypeOf(async () => {});

/**
 * @param work - the function that returned `result`, where it may be an `async` one.
 * @returns what to give to the caller.
 */
export function followResult<T>(result: T, follower: Follower, work?: unknown): T {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
    follower.end(false, result);
    return result;
  }
  if (canFollow(result)) {
    // A stream or a generator that it brings goes on.
    const settle: Follower['end'] = (isFailed, outcome) => (isFailed ? follower.end(true, outcome) : followValue(outcome, follower));
    if (isAsyncFunction(work)) return settleAlike(result, settle) as T;
    followPromise(result, settle);
    return result;
  }
  if (typeof attempt(() => (result as { readonly then?: unknown }).then) === 'function') followThenable(result, follower);
  else followValue(result, follower);
  return result;
}

function isAsyncFunction(work: unknown): boolean {
  return typeof work === 'function' && attempt((): unknown => Object.getPrototypeOf(work)) === asyncFunction;
}

/** `value` is here; where it yields more later, it lasts until it has ended or is left. */
function followValue(value: unknown, follower: Follower): void {
  if (typeof value !== 'object' || value === null) follower.end(false, value);
  else if (types.isGeneratorObject(value)) followIterator(value, follower);
  else if (isStream(value)) followStream(value, follower);
  else if (typeof attempt(() => (value as AsyncIterable<unknown>)[Symbol.asyncIterator]) === 'function') followIterable(value, follower);
  else follower.end(false, value);
}
