/**
 * Follows a promise that the caller gets itself.
 *
 * To listen to it makes a rejection count as handled, also one that the application does not handle. So it is noticed whether
 * somebody else listens, and if nobody does, the rejection is raised again. `await` asks a promise for `then` only where its
 * `constructor` is another, which is why a plain one gets one for as long as it is followed.
 */
import { types } from 'node:util';
import { setImmediate } from '../../runtime/captured.ts';
import { attempt } from '../../runtime/contain.ts';
import type { End } from './follower.ts';

const promiseThen = Promise.prototype.then;

const Followed = {
  Promise: class extends Promise<unknown> {
    static override get [Symbol.species](): PromiseConstructor {
      return Promise;
    }
  },
}.Promise;

/** Of promises that are followed: all who follow, for one shadow is enough. */
const followers = new WeakMap<Promise<unknown>, End[]>();

/** Whether it settles as the promises of the language do, with a `then` that nobody has changed. */
export function canFollow(value: unknown): value is Promise<unknown> {
  return types.isPromise(value) && (followers.has(value) || attempt((): unknown => value.then) === promiseThen);
}

/** Another promise, that settles as `promise` when `end` was called. */
export function settleAlike(promise: Promise<unknown>, end: End): Promise<unknown> {
  return Reflect.apply(promiseThen, promise, [
    (value: unknown) => {
      end(false, value);
      return value;
    },
    (error: unknown) => {
      end(true, error);
      throw error;
    },
  ]) as Promise<unknown>;
}

/** @param promise - one for which `canFollow` is true. */
export function followPromise(promise: Promise<unknown>, end: End): void {
  const known = followers.get(promise);
  if (known !== undefined) {
    known.push(end);
    return;
  }
  const ends = [end];
  followers.set(promise, ends);
  const listeners = noticeListeners(promise);
  const settle: End = (isFailed, outcome) => {
    followers.delete(promise);
    for (const each of ends) each(isFailed, outcome);
  };
  Reflect.apply(promiseThen, promise, [
    (value: unknown) => {
      listeners.stop();
      settle(false, value);
    },
    (error: unknown) => {
      settle(true, error);
      // Somebody may still begin to listen before Node.js would call it unhandled.
      setImmediate(() => {
        listeners.stop();
        if (!listeners.were()) void Promise.reject(error);
      });
    },
  ]);
}

function noticeListeners(promise: Promise<unknown>): { were(): boolean; stop(): void } {
  // Of a promise that cannot be changed it is not known: it counts as heard.
  let isHeard = Object.hasOwn(promise, 'then') || Object.hasOwn(promise, 'constructor');
  if (isHeard) return { were: () => true, stop() {} };
  const then = function (this: unknown, ...args: unknown[]): unknown {
    if (this === promise) isHeard = true;
    return Reflect.apply(promiseThen, this, args);
  };
  // `await` asks a promise of a class of its own in any case.
  const isPlain = attempt((): unknown => Object.getPrototypeOf(promise)) === Promise.prototype;
  if ((isPlain && !shadow(promise, 'constructor', Followed)) || !shadow(promise, 'then', then)) isHeard = true;
  return {
    were: () => isHeard,
    stop() {
      Reflect.deleteProperty(promise, 'then');
      Reflect.deleteProperty(promise, 'constructor');
    },
  };
}

/** Stands before the property of the class, and nobody meets it who lists what is there. @returns whether that can be done. */
function shadow(promise: Promise<unknown>, name: string, value: unknown): boolean {
  return attempt(() => Reflect.defineProperty(promise, name, { value, configurable: true, writable: true, enumerable: false }), false);
}
