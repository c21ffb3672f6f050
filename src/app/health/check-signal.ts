/**
 * The signal that a check gets. What a listener of a common `AbortSignal` throws, or rejects with, ends the process as an uncaught
 * exception: a check that hangs must not do that to the application.
 *
 * @see https://nodejs.org/docs/latest-v24.x/api/events.html#eventtarget-error-handling
 */
import { contained } from '../../runtime/contain.ts';

const { AbortController, EventTarget } = globalThis;
const { addEventListener, removeEventListener } = EventTarget.prototype;

type Add = (type: string, listener: unknown, options?: unknown) => void;
type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

/** @param name - of the check, for the message. */
export function createCheckSignal(name: string): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  const add: Add = addEventListener.bind(signal) as Add;
  const remove: Add = removeEventListener.bind(signal) as Add;
  const safe = new WeakMap<Listener, (event: Event) => void>();
  const safeOf = (listener: unknown): unknown => {
    if (!isListener(listener)) return listener;
    let known = safe.get(listener);
    if (known === undefined) safe.set(listener, (known = withoutErrors(name, signal, listener)));
    return known;
  };
  let onabort: unknown = null;
  Object.defineProperties(signal, {
    addEventListener: { value: (type: string, listener: unknown, options: unknown) => add(type, safeOf(listener), options) },
    removeEventListener: { value: (type: string, listener: unknown, options: unknown) => remove(type, safeOf(listener), options) },
    onabort: {
      get: () => onabort,
      set(listener: unknown) {
        if (typeof onabort === 'function') remove('abort', safeOf(onabort));
        onabort = listener;
        if (typeof listener === 'function') add('abort', safeOf(listener));
      },
    },
  });
  return controller;
}

function withoutErrors(name: string, signal: AbortSignal, listener: Listener): (event: Event) => void {
  const say = (error: unknown): void => contained(`calling an abort listener of the health check ${name}`, error);
  return (event) => {
    try {
      const answer = typeof listener === 'function' ? listener.call(signal, event) : listener.handleEvent(event);
      // An async listener.
      Promise.resolve(answer).catch(say);
    } catch (error) {
      say(error);
    }
  };
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
