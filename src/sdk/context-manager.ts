/**
 * The active context, on `AsyncLocalStorage`.
 *
 * Of our own because binding an emitter is on the path of every request: the official one wraps each listener of each
 * emitter, this one runs the emission itself in the context.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { Context, ContextManager } from '@opentelemetry/api';
import { api } from './otel.ts';

const storage = new AsyncLocalStorage<Context>();
const { ROOT_CONTEXT } = api;
const BOUND = Symbol('signalbox.bound');

export function activeContext(): Context {
  return storage.getStore() ?? ROOT_CONTEXT;
}

/** As `context.with` of the API, without its look for the manager. */
export function runIn<Args extends unknown[], Result>(context: Context, fn: (...args: Args) => Result, ...args: Args): Result {
  return storage.run(context, fn, ...args);
}

type Emit = EventEmitter['emit'] & { [BOUND]?: true };

/** All listeners of `emitter` run in `context` from now on, whenever they were added. The first binding stays. */
export function bindEmitter<Emitter extends EventEmitter>(context: Context, emitter: Emitter): Emitter {
  const emit: Emit = emitter.emit;
  if (emit[BOUND] === true) return emitter;
  const bound = function (this: unknown, ...args: unknown[]): boolean {
    return storage.run(context, callEmit, emit, this, args);
  } as Emit;
  bound[BOUND] = true;
  // Not enumerable, for people print requests.
  Object.defineProperty(emitter, 'emit', { value: bound, writable: true, configurable: true, enumerable: false });
  return emitter;
}

function callEmit(emit: EventEmitter['emit'], emitter: unknown, args: unknown[]): boolean {
  return Reflect.apply(emit, emitter, args) as boolean;
}

export function createContextManager(): ContextManager {
  const manager: ContextManager = {
    active: activeContext,
    with(context, fn, thisArg, ...args) {
      return storage.run(context, thisArg === undefined || thisArg === null ? fn : fn.bind(thisArg), ...args);
    },
    bind<T>(context: Context, target: T): T {
      if (target instanceof EventEmitter) return bindEmitter(context, target);
      if (typeof target !== 'function') return target;
      const bound = function (this: unknown, ...args: unknown[]): unknown {
        return storage.run(context, () => Reflect.apply(target, this, args) as unknown);
      };
      Object.defineProperty(bound, 'length', { value: target.length, configurable: true });
      return bound as T;
    },
    enable: () => manager,
    disable() {
      storage.disable();
      return manager;
    },
  };
  return manager;
}
