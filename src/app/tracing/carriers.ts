/** What trace context is written to and read from: headers of any kind, the properties of a message, a `Map`. */
import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';

/**
 * A plain object, one with such an object in `headers`, `Headers`, a `Map`, `URLSearchParams`, a request or response of `node:http`, or anything else that has `get` and
 * `set`. Values may be bytes, as Kafka's are.
 */
export type Carrier = object;

/** More than any request has; a carrier may be whatever somebody sent. */
const MOST_NAMES = 1000;

interface WithMethods {
  get?(name: string): unknown;
  set?(name: string, value: string): unknown;
  keys?(): Iterable<unknown>;
  getHeader?(name: string): unknown;
  setHeader?(name: string, value: string): unknown;
  readonly headers?: unknown;
}

export const setter: TextMapSetter<Carrier> = {
  set(carrier, name, value) {
    const target = headersOf(carrier) as WithMethods & Record<string, unknown>;
    if (typeof target.setHeader === 'function') target.setHeader(name, value);
    else if (isStore(target)) target.set(name, value);
    else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  },
};

export const getter: TextMapGetter<Carrier> = {
  get(carrier, name) {
    const given = carrier as WithMethods;
    if (typeof given.getHeader === 'function') return textOf(given.getHeader(name));
    const source = headersOf(carrier);
    const direct = isStore(source) ? source.get(name) : ownValue(source, name);
    return textOf(direct ?? valueInOtherCase(source, name));
  },
  keys: (carrier) => namesOf(headersOf(carrier)),
};

/** A request or a message has them in `headers`; what one sends by `node:http`, in a method. */
function headersOf(carrier: Carrier): WithMethods {
  const given = carrier as WithMethods;
  if (typeof given.setHeader === 'function') return given;
  return typeof given.headers === 'object' && given.headers !== null && !isStore(given) ? given.headers : given;
}

function isStore(carrier: WithMethods): carrier is WithMethods & Required<Pick<WithMethods, 'get' | 'set'>> {
  return typeof carrier.get === 'function' && typeof carrier.set === 'function';
}

function namesOf(source: WithMethods): string[] {
  const names = typeof source.keys === 'function' && isStore(source) ? [...source.keys()] : Object.keys(source);
  return names.filter((name) => typeof name === 'string').slice(0, MOST_NAMES);
}

function valueInOtherCase(source: WithMethods, name: string): unknown {
  const other = namesOf(source).find((each) => each.toLowerCase() === name);
  if (other === undefined) return undefined;
  return isStore(source) ? source.get(other) : ownValue(source, other);
}

function ownValue(source: object, name: string): unknown {
  return Object.hasOwn(source, name) ? (source as Record<string, unknown>)[name] : undefined;
}

function textOf(value: unknown): string | string[] | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value))
    return value
      .map(textOf)
      .flat()
      .filter((text) => text !== undefined);
  if (value instanceof Uint8Array) return attempt(() => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'));
  return undefined;
}
