/**
 * The active context, on `AsyncLocalStorage`.
 *
 * Of our own because binding an emitter is on the path of every request: the official one wraps each listener of each
 * emitter, this one runs the emission itself in the context, and leaves the messages of `node:http` unwrapped.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { Context, ContextManagementToken, ContextManager } from '@opentelemetry/api';
import { rootContext } from '../runtime/api/context.ts';
import { CARRIED, prepareCarriers, type Carried, type Carrier } from './carried.ts';

const storage = new AsyncLocalStorage<Context | Attachment>();
const BOUND = Symbol('signalbox.bound');
const FOLLOWS = Symbol.for('signalbox.follows');
const { apply } = Reflect;

/**
 * A context that was made the active one until it is detached, by `context.attach()`. It stands in the place of the context, so
 * that a detachment finds out whether it is its turn.
 */
class Attachment implements ContextManagementToken {
  readonly context: Context;
  readonly #before: Context | Attachment | undefined;
  #isDetached = false;

  /** Asks nothing of `value`, which may be a proxy of the application's: `instanceof` would. */
  static is(value: unknown): value is Attachment {
    return typeof value === 'object' && value !== null && #isDetached in value;
  }

  constructor(context: Context, before: Context | Attachment | undefined) {
    this.context = context;
    this.#before = before;
  }

  /**
   * Make what was active before active again. Does nothing the second time, nor where something else is active by now: the one
   * that was attached later skips this one when it is detached.
   */
  dispose(): void {
    this.#isDetached = true;
    if (storage.getStore() !== this) return;
    let before = this.#before;
    while (Attachment.is(before) && before.#isDetached) before = before.#before;
    storage.enterWith(before as Context);
  }
}

function storedContext(): Context | undefined {
  const stored = storage.getStore();
  return Attachment.is(stored) ? stored.context : stored;
}

export function activeContext(): Context {
  return storedContext() ?? rootContext();
}

/**
 * Make `context` the active one for the rest of what is running now. Unlike `context.with` it leaves no frame of ours in the stack
 * traces of what follows; it is for the beginning of a callback from Node.js, which takes the context with it when it ends.
 */
export function enter(context: Context): void {
  if (storedContext() !== context) storage.enterWith(context);
}

/**
 * Let what `channel` traces run in the context that `contextOf` gives for its first message, or where that is `undefined` in the
 * caller's. Without a frame of ours.
 *
 * @param contextOf - must not throw: that would end the process.
 */
export function bindChannel<Message>(channel: Channel, contextOf: (message: Message) => Context | undefined): void {
  channel.bindStore(storage, (message) => contextOf(message as Message) ?? activeContext());
}

/**
 * Let the instances of a class enter the context that they carry whenever the method `name` is looked up, which Node.js does
 * right before it calls it. A wrapped method would stand in every stack trace below it, and push the application's own frames out.
 *
 * @param onlyWhere - whether to enter, by what is active now and what is carried; default: always.
 */
export function followContext(
  prototype: object,
  name: string,
  onlyWhere: (active: Context | undefined, carried: Carried) => boolean = () => true,
): void {
  prepareCarriers(prototype);
  const own = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
  const parent = Object.getPrototypeOf(prototype) as Record<string, unknown>;
  const follow = ({ [CARRIED]: carried }: Carrier): void => {
    if (carried === undefined) return;
    if (onlyWhere(storedContext(), carried)) enter(carried.context);
    carried.beforeEmit?.();
  };
  Object.defineProperty(prototype, name, {
    configurable: true,
    // As it was: people look through all properties of requests.
    enumerable: Object.propertyIsEnumerable.call(own === undefined ? definerOf(parent, name) : prototype, name),
    get(this: Carrier) {
      follow(this);
      return own ?? parent[name];
    },
    set(this: Carrier, value: unknown) {
      let replacement = value;
      Object.defineProperty(this, name, {
        configurable: true,
        enumerable: true,
        get(this: Carrier) {
          follow(this);
          return replacement;
        },
        set(other: unknown) {
          replacement = other;
        },
      });
    },
  });
  Object.defineProperty(prototype, FOLLOWS, { value: true });
}

function definerOf(prototype: object, name: string): object {
  let definer = prototype;
  while (!Object.hasOwn(definer, name)) definer = Object.getPrototypeOf(definer) as object;
  return definer;
}

/**
 * Let the listeners of the instances of a class run in the context that they carry, and what is active stay so afterwards. Nothing
 * is between an emission and its listeners where that context is active already, as it mostly is.
 */
export function emitInCarried(prototype: EventEmitter): void {
  prepareCarriers(prototype);
  const { emit: emitPlainly } = prototype;
  const emitTo = (carried: Carried, emitter: EventEmitter, args: IArguments): boolean => {
    if (args[0] === 'close') carried.onClose?.();
    return apply(emitPlainly, emitter, args);
  };
  Object.defineProperty(prototype, 'emit', {
    configurable: true,
    writable: true,
    enumerable: Object.propertyIsEnumerable.call(definerOf(prototype, 'emit'), 'emit'),
    value: function emit(this: EventEmitter & Carrier): boolean {
      const carried = this[CARRIED];
      if (carried === undefined) return apply(emitPlainly, this, arguments);
      if (storedContext() === carried.context) return emitTo(carried, this, arguments);
      return storage.run(carried.context, emitTo, carried, this, arguments);
    },
  });
  Object.defineProperty(prototype, FOLLOWS, { value: true });
}

type Emit = EventEmitter['emit'] & { [BOUND]?: true };

/** All listeners of `emitter` run in `context` from now on, whenever they were added. The first binding stays. */
export function bindEmitter<Emitter extends EventEmitter>(context: Context, emitter: Emitter): Emitter {
  if (FOLLOWS in emitter) {
    const carrier = emitter as Carrier;
    carrier[CARRIED] ??= { context };
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
    attach(context) {
      const attachment = new Attachment(context ?? rootContext(), storage.getStore());
      storage.enterWith(attachment);
      return attachment;
    },
    enable: () => manager,
    disable() {
      storage.disable();
      return manager;
    },
  };
  return manager;
}
