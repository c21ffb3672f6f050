/**
 * When what a function returned is over, and how: at once, when a promise settles, a generator ends, a stream closes.
 *
 * What the caller gets is what it would have got: the same object, except for a plain promise, for which it gets another
 * plain promise that settles alike. To listen to the promise itself would make a rejection count as handled that is not.
 */
import { types } from 'node:util';
import { attempt } from '../../runtime/contain.ts';

/** Called once. @param outcome - what was returned at last, or thrown. */
export type End = (isFailed: boolean, outcome: unknown) => void;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** @returns what to give to the caller. @param end - must not throw. */
export function followResult(result: unknown, end: End): unknown {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
    end(false, result);
    return result;
  }
  if (isPlainPromise(result)) return followPromise(result, end);
  const then = methodOf(result, 'then');
  const isFollowed =
    then === undefined ? followGenerator(result, end) || followStream(result, end) : shadow(result, 'then', thenOf(result, then, end));
  if (!isFollowed) end(false, result);
  return result;
}

/** With each call for the same promise the same one again. */
const followed = new WeakMap<Promise<unknown>, Promise<unknown>>();

function followPromise(promise: Promise<unknown>, end: End): Promise<unknown> {
  const onEnd = promise.then(
    (value) => {
      // A stream or a generator goes on.
      followResult(value, end);
      return value;
    },
    (error: unknown) => {
      end(true, error);
      throw error;
    },
  );
  const known = followed.get(promise);
  if (known !== undefined) {
    // The first that was returned says that it was rejected.
    onEnd.catch(() => {});
    return known;
  }
  for (const key of Object.keys(promise)) attempt(() => Object.defineProperty(onEnd, key, Object.getOwnPropertyDescriptor(promise, key)!));
  followed.set(promise, onEnd);
  return onEnd;
}

/** Of no class of its own. */
function isPlainPromise(value: object): value is Promise<unknown> {
  return types.isPromise(value) && Object.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, 'then');
}

/** A query may run only when `then` is called, so that is the caller's to do. */
function thenOf(thenable: object, then: Method, end: End): Method {
  let isOver = false;
  const once: End = (isFailed, outcome) => {
    if (isOver) return;
    isOver = true;
    Reflect.deleteProperty(thenable, 'then');
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
  const isAsync = types.isGeneratorObject(result) && methodOf(result, Symbol.asyncIterator) !== undefined;
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
      shadow(result, name, function (this: unknown, ...args) {
        try {
          const step = Reflect.apply(original, this, args);
          if (isAsync) return followPromise(step as Promise<unknown>, onStep);
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

/** An own method that stands before the one of the class, and that nobody meets who lists what is there. */
function shadow(object: object, name: string, method: Method): boolean {
  return attempt(
    () => Reflect.defineProperty(object, name, { value: method, configurable: true, writable: true, enumerable: false }),
    false,
  );
}

function methodOf(object: object, name: string | symbol): Method | undefined {
  const method = attempt(() => Reflect.get(object, name) as unknown);
  return typeof method === 'function' ? (method as Method) : undefined;
}
