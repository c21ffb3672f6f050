/**
 * The active context, on `AsyncLocalStorage`.
 *
 * Of our own because binding an emitter is on the path of every request: the official one wraps each listener of each
 * emitter, this one runs the emission itself in the context, and leaves the messages of `node:http` unwrapped.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { Context, ContextManager } from '@opentelemetry/api';
import { api } from '../runtime/otel.ts';

const storage = new AsyncLocalStorage<Context>();
const { ROOT_CONTEXT } = api;
const BOUND = Symbol('signalbox.bound');
const FOLLOWS = Symbol.for('signalbox.follows');

export function activeContext(): Context {
  return storage.getStore() ?? ROOT_CONTEXT;
}

/**
 * Make `context` the active one for the rest of what is running now. Unlike `context.with` it leaves no frame of ours in the stack
 * traces of what follows; it is for the beginning of a callback from Node.js, which takes the context with it when it ends.
 */
export function enter(context: Context): void {
  if (storage.getStore() !== context) storage.enterWith(context);
}

/** What a message of `node:http` carries with it. */
export interface Carried {
  readonly context: Context;
}

/** Registered, for a loader may load this file twice. */
const CARRIED = Symbol.for('signalbox.carried');
type Carrier = { [CARRIED]?: Carried };

export function carriedBy(message: object): Carried | undefined {
  return (message as Carrier)[CARRIED];
}

/** What Node.js tells `message` from now on is heard in `carried.context`, where `followContext` prepared its class. */
export function carry(message: object, carried: Carried): void {
  // Not enumerable, for people print requests.
  Object.defineProperty(message, CARRIED, { value: carried, writable: true, configurable: true });
}

/**
 * Let the instances of a class enter the context that they carry whenever the method `name` is looked up, which Node.js does
 * right before it calls it. A wrapped method would stand in every stack trace below it, and push the application's own frames out.
 *
 * @param onlyWhere - whether to enter, by what is active now; default: always.
 */
export function followContext(prototype: object, name: string, onlyWhere: (active: Context | undefined) => boolean = () => true): void {
  const own = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
  const parent = Object.getPrototypeOf(prototype) as Record<string, unknown>;
  Object.defineProperty(prototype, name, {
    configurable: true,
    // As it was: people look through all properties of requests.
    enumerable: Object.propertyIsEnumerable.call(own === undefined ? definerOf(parent, name) : prototype, name),
    get(this: Carrier) {
      const carried = this[CARRIED];
      if (carried !== undefined && onlyWhere(storage.getStore())) enter(carried.context);
      return own ?? parent[name];
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
    },
  });
  Object.defineProperty(prototype, FOLLOWS, { value: true });
}

function definerOf(prototype: object, name: string): object {
  let definer = prototype;
  while (!Object.hasOwn(definer, name)) definer = Object.getPrototypeOf(definer) as object;
  return definer;
}

type Emit = EventEmitter['emit'] & { [BOUND]?: true };

/** All listeners of `emitter` run in `context` from now on, whenever they were added. The first binding stays. */
export function bindEmitter<Emitter extends EventEmitter>(context: Context, emitter: Emitter): Emitter {
  if (FOLLOWS in emitter) {
    if (carriedBy(emitter) === undefined) carry(emitter, { context });
    return emitter;
  }
  const emit: Emit = emitter.emit;
  if (emit[BOUND] === true) return emitter;
  const bound = function (this: unknown, ...args: unknown[]): boolean {
    return storage.run(context, callEmit, emit, this, args);
  } as Emit;
  bound[BOUND] = true;
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
