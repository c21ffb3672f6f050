/**
 * Makes anything that an application passes to the API into data that can be exported: never throws, reads a bounded part
 * of what it was given, and keeps no reference to it. Redactor and encoders rely on that, and look for nothing else.
 *
 * What becomes of values, in attributes and log bodies:
 * - strings are cut to the limit, lone surrogates become U+FFFD; numbers (NaN and infinities too), booleans and `null` stay;
 * - a BigInt stays one where a signed 64-bit integer can hold it, and becomes a string where not;
 * - bytes are copied and cut to the limit; `Date` becomes an ISO string; other typed arrays, `Set` and arrays become arrays, `Map`,
 *   objects and errors (name, code, message, stack, errors, cause) become maps; what has a `toJSON` becomes what that returns;
 * - symbols, functions and objects that show nothing are dropped, and counted; in an array they leave `null`;
 * - a cycle and what lies too deep are named by a string in their place.
 */
import { types } from 'node:util';
import { attempt } from '../runtime/contain.ts';
import { MAX_DEPTH, MAX_ITEMS, MAX_KEY_LENGTH, MAX_NESTED_LENGTH, MAX_STRING_LENGTH } from './limits.ts';
import { read } from './read-properties.ts';
import { cleanBigInt, cleanString } from './strings.ts';

/** Data without cycles, getters and prototypes, of bounded size and depth. */
export type PlainValue = string | number | boolean | bigint | null | Uint8Array | readonly PlainValue[] | PlainMap;
export interface PlainMap {
  readonly [key: string]: PlainValue;
}
type MutableMap = Record<string, PlainValue>;

/** Counts what is cut off because no record has room for it; not what a setting cuts off. */
export interface CutOff {
  characters: number;
  /** Of arrays and maps. */
  items: number;
}

const { keys, hasOwn, getOwnPropertyDescriptor, getPrototypeOf, defineProperty } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
// A subclass may have a getter of its own.
const sizeOfSet = getOwnPropertyDescriptor(Set.prototype, 'size')!.get!;
const sizeOfMap = getOwnPropertyDescriptor(Map.prototype, 'size')!.get!;
const toISOString = Date.prototype.toISOString;
const ERROR_FIELDS = ['name', 'code', 'message', 'stack'] as const;

/**
 * `value` as plain data that shares nothing with it; `undefined` when nothing of it can be kept.
 *
 * @param maxLength - longest string in UTF-16 units, at most `MAX_STRING_LENGTH`.
 * @param cutOff - is added to.
 */
export function toPlain(value: unknown, maxLength: number, cutOff?: CutOff): PlainValue | undefined {
  switch (typeof value) {
    case 'string':
      if (value.length > MAX_STRING_LENGTH) countCutOff(value.length - MAX_STRING_LENGTH, maxLength, cutOff);
      return cleanString(value, maxLength);
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return cleanBigInt(value, maxLength);
    case 'object':
      if (value === null) return null;
      return plainObject(value, {
        maxLength,
        items: MAX_ITEMS,
        characters: Math.max(maxLength, MAX_NESTED_LENGTH),
        cutOff,
        ancestors: [],
      });
    default:
      return undefined;
  }
}

/** Add or replace a property; `__proto__` is a name like any other. */
export function setProperty<Value>(target: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__') defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  else target[name] = value;
}

/** What is left of the bounds of one value, and the objects that lead to where the work is. */
interface Budget {
  readonly maxLength: number;
  items: number;
  characters: number;
  readonly cutOff: CutOff | undefined;
  readonly ancestors: object[];
}

function countCutOff(characters: number, maxLength: number, cutOff: CutOff | undefined): void {
  if (cutOff !== undefined && maxLength >= MAX_STRING_LENGTH) cutOff.characters += characters;
}

/** Those of `count` for which there is no room. */
function countItems(count: number, { cutOff, items }: Budget): void {
  if (cutOff !== undefined && count > items) cutOff.items += count - Math.max(0, items);
}

function plainNested(value: unknown, budget: Budget): PlainValue | undefined {
  if (typeof value === 'object' && value !== null) return plainObject(value, budget);
  const plain = toPlain(value, Math.min(budget.maxLength, budget.characters));
  if (typeof plain !== 'string') return plain;
  budget.characters -= plain.length;
  if (typeof value === 'string' && value.length > plain.length) countCutOff(value.length - plain.length, budget.maxLength, budget.cutOff);
  return plain;
}

function plainObject(value: object, budget: Budget): PlainValue | undefined {
  const { ancestors } = budget;
  if (ancestors.includes(value)) return '[circular]';
  if (ancestors.length >= MAX_DEPTH) return '[too deep]';
  ancestors.push(value);
  const depth = ancestors.length;
  // A proxy throws, and so does a method of the application's.
  const plain = attempt(() => plainContent(value, budget));
  ancestors.length = depth - 1;
  return plain;
}

function plainContent(value: object, budget: Budget): PlainValue | undefined {
  if (isArray(value)) return plainArray(value, budget);
  const prototype: unknown = getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? plainProperties(value, budget) : plainInstance(value, budget);
}

function plainInstance(value: object, budget: Budget): PlainValue | undefined {
  if (types.isUint8Array(value)) return plainBytes(value, budget);
  if (types.isDate(value)) return Number.isNaN(Number(value)) ? 'Invalid Date' : toISOString.call(value);
  if (isView(value)) return plainArray(value as unknown as ArrayLike<unknown>, budget);
  if (types.isBoxedPrimitive(value)) return plainNested(value.valueOf(), budget);
  if (types.isMap(value)) return plainEntries(value, budget);
  if (types.isSet(value)) return plainItems(value, budget);
  if (types.isNativeError(value) || value instanceof Error) return plainError(value, budget);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return plainNested(toJSON.call(value), budget);
  const properties = plainProperties(value, budget);
  // What is not a plain object and shows nothing (a promise, a regular expression) would be exported as an empty map.
  return keys(properties).length > 0 || hasPlainPrototype(value) ? properties : undefined;
}

function plainBytes(value: Uint8Array, budget: Budget): Uint8Array {
  const plain = new Uint8Array(value.subarray(0, Math.min(budget.maxLength, budget.characters)));
  budget.characters -= plain.length;
  countCutOff(value.length - plain.length, budget.maxLength, budget.cutOff);
  return plain;
}

/** Also for objects from another realm, such as the modules that Jest runs. */
function hasPlainPrototype(value: object): boolean {
  const prototype = getPrototypeOf(value) as object;
  return getPrototypeOf(prototype) === null && hasOwn(prototype, 'isPrototypeOf');
}

function plainArray(value: ArrayLike<unknown>, budget: Budget): PlainValue[] {
  const plain: PlainValue[] = [];
  const { length } = value;
  const count = typeof length === 'number' && length > 0 ? Math.min(length, Math.max(0, budget.items)) : 0;
  if (typeof length === 'number') countItems(length, budget);
  budget.items -= count;
  for (let i = 0; i < count; i++) plain.push(plainNested(read(value, i), budget) ?? null);
  return plain;
}

/** Of a `Set`, which may be endless. */
function plainItems(value: Set<unknown>, budget: Budget): PlainValue[] {
  const plain: PlainValue[] = [];
  countItems(sizeOfSet.call(value) as number, budget);
  for (const item of value) {
    if (budget.items-- <= 0) break;
    plain.push(plainNested(item, budget) ?? null);
  }
  return plain;
}

function plainProperties(value: object, budget: Budget): PlainMap {
  const plain: MutableMap = {};
  const names = keys(value);
  countItems(names.length, budget);
  for (const name of names) {
    if (budget.items-- <= 0) break;
    addProperty(plain, name, read(value, name), budget);
  }
  return plain;
}

function plainEntries(value: Map<unknown, unknown>, budget: Budget): PlainMap {
  const plain: MutableMap = {};
  countItems(sizeOfMap.call(value) as number, budget);
  for (const [name, item] of value) {
    if (budget.items-- <= 0) break;
    if (typeof name === 'string' || typeof name === 'number') addProperty(plain, String(name), item, budget);
  }
  return plain;
}

/** The fields of an error, and what it was caused by. Other fields stay behind: clients hang requests and credentials on errors. */
function plainError(value: Error, budget: Budget): PlainMap {
  const plain: MutableMap = {};
  for (const name of ERROR_FIELDS) {
    const item = read(value, name);
    if (typeof item === 'string' || (name === 'code' && typeof item === 'number')) addProperty(plain, name, item, budget);
  }
  const errors = read(value, 'errors');
  if (attempt(() => isArray(errors), false)) addProperty(plain, 'errors', errors, budget);
  addProperty(plain, 'cause', read(value, 'cause'), budget);
  return plain;
}

function addProperty(target: MutableMap, name: string, value: unknown, budget: Budget): void {
  const plain = plainNested(value, budget);
  if (plain !== undefined) setProperty(target, cleanString(name, MAX_KEY_LENGTH), plain);
}
