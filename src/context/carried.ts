/** What a message of `node:http` carries with it from the beginning of its request on, where nobody sees it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { types } from 'node:util';
import type { Context } from '@opentelemetry/api';
import { attempt } from '../runtime/contain.ts';

export interface Carried {
  readonly context: Context;
  /** Called when a response closes, before its listeners are. */
  onClose?(): void;
  /** Called before a request of a client emits an event. Must not throw. */
  beforeEmit?(): void;
}

/** Registered, for a loader may load this file twice. */
export const CARRIED = Symbol.for('signalbox.carried');
export type Carrier = { [CARRIED]?: Carried | undefined };

const { getPrototypeOf, defineProperty } = Object;

/** Its constructor makes nothing, so that the fields of a subclass go to what it is given. */
class Given {
  constructor(given: object) {
    return given as Given;
  }
}

/** A private field on the message: people print requests, and a property that does not show takes ten times as long to define. */
class Slot extends Given {
  #carried: Carried | undefined;

  constructor(message: object, carried: Carried | undefined) {
    super(message);
    this.#carried = carried;
  }

  static read(message: object): Carried | undefined {
    return #carried in message ? message.#carried : Slot.#readBehind(message);
  }

  static write(message: object, carried: Carried | undefined): void {
    if (#carried in message) message.#carried = carried;
    else new Slot(message, carried);
  }

  /** Applications put proxies around requests, and make objects from them. */
  static #readBehind(message: object): Carried | undefined {
    if (types.isProxy(message)) return attempt(() => Slot.#readBehindProxy(message as IncomingMessage));
    for (let from = getPrototypeOf(message) as object | null; from !== null; from = getPrototypeOf(from) as object | null)
      if (#carried in from) return from.#carried;
    return undefined;
  }

  /** The request that its connection is answering, when it is the one behind the proxy. */
  static #readBehindProxy({ rawHeaders, socket }: IncomingMessage): Carried | undefined {
    const { _httpMessage: answering } = socket as { _httpMessage?: ServerResponse | null };
    const request = answering?.req;
    return request?.rawHeaders === rawHeaders ? Slot.read(request) : undefined;
  }
}

/** Let the instances of a class carry something. */
export function prepareCarriers(prototype: object): void {
  if (CARRIED in prototype) return;
  defineProperty(prototype, CARRIED, {
    configurable: true,
    get(this: object) {
      return Slot.read(this);
    },
    set(this: object, carried: Carried | undefined) {
      Slot.write(this, carried);
    },
  });
}

/** Let the instances of a class carry what another object of theirs does. */
export function carryThrough(prototype: object, carrierOf: (instance: object) => object | undefined): void {
  if (CARRIED in prototype) return;
  defineProperty(prototype, CARRIED, {
    configurable: true,
    get(this: object) {
      const carrier = carrierOf(this);
      return carrier === undefined ? undefined : carriedBy(carrier);
    },
  });
}

/** `undefined` too for what is no instance of a prepared class. */
export function carriedBy(message: object): Carried | undefined {
  return (message as Carrier)[CARRIED];
}

/** Events that Node.js emits on `message`, an instance of a prepared class, run in `carried.context` from now on. */
export function carry(message: object, carried: Carried): void {
  (message as Carrier)[CARRIED] = carried;
}
