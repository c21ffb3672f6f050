/**
 * Makes anything that an application hands to the API into data that can be exported: never throws, reads a bounded part
 * of what it was given, and keeps no reference to it.
 *
 * What becomes of values, in attributes and log bodies:
 * - strings are cut to the limit, lone surrogates become U+FFFD; numbers (NaN and infinities too), booleans and `null` stay;
 * - a BigInt stays one where a signed 64-bit integer can hold it, and becomes a string where not;
 * - bytes are copied and cut to the limit; `Date` becomes an ISO string; other typed arrays, `Set` and arrays become arrays, `Map`,
 *   objects and errors (name, message, stack) become maps; what has a `toJSON` becomes what that returns;
 * - symbols, functions and objects without anything to tell are dropped, and counted; in an array they leave `null`;
 * - a cycle and what lies too deep are named by a string in their place.
 */
import type { Attributes } from '@opentelemetry/api';
import { types } from 'node:util';
import { MAX_DEPTH, MAX_ITEMS, MAX_KEY_LENGTH, MAX_NESTED_LENGTH } from './limits.ts';
import { read } from './read-properties.ts';
import { cleanBigInt, cleanString } from './strings.ts';

const { keys, hasOwn, getPrototypeOf, defineProperty } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const toISOString = Date.prototype.toISOString;

/** `value` as plain data that shares nothing with it; `undefined` when nothing of it can be kept. */
export function cleanValue(value: unknown, maxLength: number): unknown {
  switch (typeof value) {
    case 'string':
      return cleanString(value, maxLength);
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return cleanBigInt(value, maxLength);
    case 'object':
      if (value === null) return null;
      return cleanObject(value, { maxLength, items: MAX_ITEMS, characters: Math.max(maxLength, MAX_NESTED_LENGTH), ancestors: [] });
    default:
      return undefined;
  }
}

/** What is left of the bounds of one value, and the objects that lead to where the work is. */
interface Budget {
  readonly maxLength: number;
  items: number;
  characters: number;
  readonly ancestors: object[];
}

function cleanNested(value: unknown, budget: Budget): unknown {
  if (typeof value === 'object' && value !== null) return cleanObject(value, budget);
  const clean = cleanValue(value, Math.min(budget.maxLength, budget.characters));
  if (typeof clean === 'string') budget.characters -= clean.length;
  return clean;
}

function cleanObject(value: object, budget: Budget): unknown {
  const { ancestors } = budget;
  if (ancestors.includes(value)) return '[circular]';
  if (ancestors.length >= MAX_DEPTH) return '[too deep]';
  ancestors.push(value);
  try {
    if (isArray(value)) return cleanArray(value, budget);
    const prototype: unknown = getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? cleanProperties(value, budget) : cleanInstance(value, budget);
  } catch {
    return undefined; // a proxy, or a method of the application's
  } finally {
    ancestors.pop();
  }
}

function cleanInstance(value: object, budget: Budget): unknown {
  const { maxLength } = budget;
  if (types.isUint8Array(value)) return new Uint8Array(value.subarray(0, maxLength));
  if (types.isDate(value)) return Number.isNaN(Number(value)) ? 'Invalid Date' : toISOString.call(value);
  if (isView(value)) return cleanArray(value as unknown as ArrayLike<unknown>, budget);
  if (types.isBoxedPrimitive(value)) return cleanNested(value.valueOf(), budget);
  if (types.isMap(value)) return cleanMap(value, budget);
  if (types.isSet(value)) return cleanSet(value, budget);
  if (types.isNativeError(value) || value instanceof Error) return cleanError(value, budget);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return cleanNested(toJSON.call(value), budget);
  const properties = cleanProperties(value, budget);
  // What is not a plain object and shows nothing (a promise, a regular expression) would be exported as an empty map.
  return keys(properties).length > 0 || hasPlainPrototype(value) ? properties : undefined;
}

/** Also for objects from another realm, such as the modules that Jest runs. */
function hasPlainPrototype(value: object): boolean {
  const prototype = getPrototypeOf(value) as object;
  return getPrototypeOf(prototype) === null && hasOwn(prototype, 'isPrototypeOf');
}

function cleanArray(value: ArrayLike<unknown>, budget: Budget): unknown[] {
  const clean: unknown[] = [];
  const { length } = value;
  const count = typeof length === 'number' && length > 0 ? Math.min(length, Math.max(0, budget.items)) : 0;
  budget.items -= count;
  for (let i = 0; i < count; i++) clean.push(cleanNested(read(value, i), budget) ?? null);
  return clean;
}

function cleanProperties(value: object, budget: Budget): Attributes {
  const clean: Attributes = {};
  for (const name of keys(value)) {
    if (budget.items-- <= 0) break;
    addProperty(clean, name, read(value, name), budget);
  }
  return clean;
}

function cleanMap(value: Map<unknown, unknown>, budget: Budget): Attributes {
  const clean: Attributes = {};
  for (const [name, item] of value) {
    if (budget.items-- <= 0) break;
    if (typeof name === 'string' || typeof name === 'number') addProperty(clean, String(name), item, budget);
  }
  return clean;
}

function cleanSet(value: Set<unknown>, budget: Budget): unknown[] {
  const clean: unknown[] = [];
  for (const item of value) {
    if (budget.items-- <= 0) break;
    clean.push(cleanNested(item, budget) ?? null);
  }
  return clean;
}

function cleanError(value: Error, budget: Budget): Attributes {
  const clean: Attributes = {};
  for (const name of ['name', 'message', 'stack']) {
    const item = read(value, name);
    if (typeof item === 'string') addProperty(clean, name, item, budget);
  }
  return clean;
}

function addProperty(target: Attributes, name: string, value: unknown, budget: Budget): void {
  const clean = cleanNested(value, budget);
  if (clean !== undefined) setProperty(target, cleanString(name, MAX_KEY_LENGTH), clean);
}

export function setProperty(target: Attributes, name: string, value: unknown): void {
  if (name === '__proto__') defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  else target[name] = value;
}
