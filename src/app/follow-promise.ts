/**
 * Follows a promise that the caller gets itself.
 *
 * To listen to it makes a rejection count as handled, also one that the application does not handle. So it is noticed whether
 * somebody else listens, and if nobody does, the rejection is raised again. `await` asks a promise for `then` only where its
 * `constructor` is another, which is why it gets one for as long as it is followed.
 */
import { types } from 'node:util';
import { setImmediate } from '../runtime/captured.ts';
import { attempt } from '../runtime/contain.ts';
import { shadow } from './shadow.ts';

/** Called once. @param outcome - what was returned at last, or thrown. */
export type End = (isFailed: boolean, outcome: unknown) => void;

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

/** Whether it is of no class of its own, and nobody else has changed it. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
  if (!types.isPromise(value) || attempt((): unknown => Object.getPrototypeOf(value)) !== Promise.prototype) return false;
  return !Object.hasOwn(value, 'then') || followers.has(value);
}

/** @param promise - a plain one. @param end - must not throw. */
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
  if (!shadow(promise, 'constructor', Followed) || !shadow(promise, 'then', then)) isHeard = true;
  return {
    were: () => isHeard,
    stop() {
      Reflect.deleteProperty(promise, 'then');
      Reflect.deleteProperty(promise, 'constructor');
    },
  };
}
