/**
 * When what a function returned is over, and how: at once, when a promise settles, a generator ends, a stream closes.
 *
 * What the caller gets is what was returned, itself. Only for the promise of an `async` function, which nobody else knows yet,
 * the caller gets another that settles alike: a rejection that nobody handles stays one.
 */
import { types } from 'node:util';
import { attempt } from '../../runtime/contain.ts';
import { followPromise, isPlainPromise, type End } from '../follow-promise.ts';
import { shadow, type Method } from '../shadow.ts';

const promiseThen = Promise.prototype.then;
const asyncFunction: unknown = Object.getPrototypeOf(async () => {});

/**
 * @param end - must not throw.
 * @param work - the function that returned it.
 * @returns what to give to the caller.
 */
export function followResult(result: unknown, end: End, work?: unknown): unknown {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
    end(false, result);
    return result;
  }
  if (isPlainPromise(result)) {
    if (isAsync(work)) return following(result, end);
    // A stream or a generator goes on.
    followPromise(result, (isFailed, outcome) => (isFailed ? end(true, outcome) : void followResult(outcome, end)));
    return result;
  }
  const then = methodOf(result, 'then');
  const isFollowed =
    then === undefined ? followGenerator(result, end) || followStream(result, end) : shadow(result, 'then', thenOf(result, then, end));
  if (!isFollowed) end(false, result);
  return result;
}

/** Another promise, that settles as `promise` when `end` was called. */
function following(promise: Promise<unknown>, end: End): Promise<unknown> {
  return Reflect.apply(promiseThen, promise, [
    (value: unknown) => {
      followResult(value, end);
      return value;
    },
    (error: unknown) => {
      end(true, error);
      throw error;
    },
  ]) as Promise<unknown>;
}

function isAsync(work: unknown): boolean {
  return typeof work === 'function' && attempt((): unknown => Object.getPrototypeOf(work)) === asyncFunction;
}

/** A query may run only when `then` is called, so that is the caller's to do. */
function thenOf(thenable: object, then: Method, end: End): Method {
  const before = attempt(() => Reflect.getOwnPropertyDescriptor(thenable, 'then'));
  let isOver = false;
  const once: End = (isFailed, outcome) => {
    if (isOver) return;
    isOver = true;
    // oxlint-disable-next-line no-thenable -- its own, put back
    attempt(() => (before === undefined ? Reflect.deleteProperty(thenable, 'then') : Reflect.defineProperty(thenable, 'then', before)));
    end(isFailed, outcome);
  };
  return function (this: unknown, onFulfilled, onRejected, ...rest) {
    const fulfilled = (value: unknown): unknown => {
      once(false, value);
      return typeof onFulfilled === 'function' ? (onFulfilled(value) as unknown) : value;
    };
    const rejected = (error: unknown): unknown => {
      once(true, error);
      if (typeof onRejected === 'function') return onRejected(error) as unknown;
      throw error;
    };
    return Reflect.apply(then, this, [fulfilled, rejected, ...rest]);
  };
}

/** Over when it is done, left early, or has thrown. */
function followGenerator(result: object, end: End): boolean {
  const hasPromises = types.isGeneratorObject(result) && methodOf(result, Symbol.asyncIterator) !== undefined;
  if (!types.isGeneratorObject(result)) return false;
  const over: End = (isFailed, outcome) => {
    for (const name of STEPS) Reflect.deleteProperty(result, name);
    end(isFailed, outcome);
  };
  const onStep: End = (isFailed, step) => {
    if (isFailed) over(true, step);
    else if ((step as IteratorResult<unknown>).done === true) over(false, (step as IteratorResult<unknown>).value);
  };
  return STEPS.every((name) => {
    const original = methodOf(result, name);
    return (
      original !== undefined &&
      shadow(result, name, function (this: unknown, ...args: unknown[]) {
        try {
          const step = Reflect.apply(original, this, args);
          if (hasPromises) return following(step as Promise<unknown>, onStep);
          onStep(false, step);
          return step;
        } catch (error) {
          over(true, error);
          throw error;
        }
      })
    );
  });
}

const STEPS = ['next', 'return', 'throw'] as const;

/** A stream of Node.js: over when it closes. A listener for its errors would make them handled. */
function followStream(result: object, end: End): boolean {
  const once = methodOf(result, 'once');
  const isStream = once !== undefined && (methodOf(result, 'pipe') ?? methodOf(result, 'write')) !== undefined && 'destroyed' in result;
  if (!isStream) return false;
  const stream = result as { readonly closed?: boolean; readonly errored?: unknown };
  if (stream.closed === true) return false;
  Reflect.apply(once, result, ['close', () => end(stream.errored !== undefined && stream.errored !== null, stream.errored ?? result)]);
  return true;
}

function methodOf(object: object, name: string | symbol): Method | undefined {
  const method = attempt(() => Reflect.get(object, name) as unknown);
  return typeof method === 'function' ? (method as Method) : undefined;
}
