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
import type { Attributes, SpanContext, TraceState } from '@opentelemetry/api';
import { types } from 'node:util';

declare global {
  interface String {
    // ES2024; Node has them since 20.
    isWellFormed(): boolean;
    toWellFormed(): string;
  }
}

/** Attribute keys, and names of scopes and events, in UTF-16 units. */
export const MAX_KEY_LENGTH = 256;
export const MAX_NAME_LENGTH = 1024;
/** No string is longer, whatever the limits say. */
const MAX_STRING_LENGTH = 1_048_576;
/** Array elements and map entries in one value, all levels together. */
const MAX_ITEMS = 1024;
const MAX_DEPTH = 16;
/** Characters in one value, all levels together, unless one string may be longer. */
const MAX_NESTED_LENGTH = 65_536;
/** More properties of one object are counted and not read. */
const MAX_PROPERTIES_READ = 1024;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

const { keys, hasOwn, getPrototypeOf, defineProperty } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const toISOString = Date.prototype.toISOString;

/** Something that carries attributes, and how many it has and lost. */
export interface AttributeBag {
  attributes: Attributes;
  attributeCount: number;
  droppedAttributesCount: number;
}

/** Longest attribute value in UTF-16 units; a limit that makes no sense means none. */
export function boundedLength(limit: number): number {
  return limit > 0 ? Math.min(limit, MAX_STRING_LENGTH) : MAX_STRING_LENGTH;
}

/** `value` well-formed and at most `maxLength` long; a cut never splits a character nor keeps the whole string in memory. */
export function cleanString(value: string, maxLength: number): string {
  if (value.length <= maxLength) return value.toWellFormed();
  const last = value.charCodeAt(maxLength - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? maxLength - 1 : maxLength;
  return Buffer.from(value.slice(0, end)).toString();
}

/** The name of a span or an event; `unknown` for what cannot be one. */
export function cleanName(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return cleanString(value, MAX_NAME_LENGTH);
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(cleanValue(value, MAX_NAME_LENGTH));
    default:
      return 'unknown';
  }
}

/** Add one attribute, or count it as dropped. An `undefined` value is no attribute. */
export function addAttribute(bag: AttributeBag, key: unknown, value: unknown, maxCount: number, maxLength: number): void {
  if (value === undefined) return;
  if (typeof key !== 'string' || key.length === 0) {
    bag.droppedAttributesCount++;
    return;
  }
  const name = cleanString(key, MAX_KEY_LENGTH);
  const isNew = !hasOwn(bag.attributes, name);
  const clean = isNew && bag.attributeCount >= maxCount ? undefined : cleanValue(value, maxLength);
  if (clean === undefined) {
    bag.droppedAttributesCount++;
    return;
  }
  if (isNew) bag.attributeCount++;
  setProperty(bag.attributes, name, clean);
}

/**
 * The names of the own properties of an object of attributes. Lists and bytes are none: the names alone of ten million
 * elements would take seconds.
 *
 * @throws what a proxy throws.
 */
function attributeNames(source: object): string[] | undefined {
  const prototype: unknown = getPrototypeOf(source);
  if (prototype !== Object.prototype && prototype !== null && (isArray(source) || isView(source) || types.isBoxedPrimitive(source)))
    return undefined;
  return keys(source);
}

/** Add every own enumerable property of `source`; what is no object has none. */
export function addAttributes(bag: AttributeBag, source: unknown, maxCount: number, maxLength: number): void {
  if (typeof source !== 'object' || source === null) return;
  let names: string[] | undefined;
  try {
    names = attributeNames(source);
  } catch {
    // A proxy.
  }
  if (names === undefined) {
    bag.droppedAttributesCount++;
    return;
  }
  const count = Math.min(names.length, MAX_PROPERTIES_READ);
  for (let i = 0; i < count; i++) {
    const name = names[i] as string;
    let value: unknown;
    try {
      value = (source as Record<string, unknown>)[name];
    } catch {
      bag.droppedAttributesCount++;
      continue;
    }
    addAttribute(bag, name, value, maxCount, maxLength);
  }
  bag.droppedAttributesCount += names.length - count;
}

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

function setProperty(target: Attributes, name: string, value: unknown): void {
  if (name === '__proto__') defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  else target[name] = value;
}

function cleanBigInt(value: bigint, maxLength: number): bigint | string {
  if (value >= MIN_INT64 && value <= MAX_INT64) return value;
  // Decimal digits of a huge number cost more than linear time; nobody reads them.
  const limit = 1n << 4096n;
  return value < limit && value > -limit ? cleanString(String(value), maxLength) : '[BigInt beyond 4096 bits]';
}

/** A property, or `undefined` where reading it throws. */
function read(source: object, name: string | number): unknown {
  try {
    return (source as Record<string | number, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** The named properties of `source`, without those whose reading throws. */
export function readEach<const Names extends readonly string[]>(source: object, names: Names): { [Name in Names[number]]?: unknown } {
  const found: Record<string, unknown> = {};
  for (const name of names) found[name] = read(source, name);
  return found as { [Name in Names[number]]?: unknown };
}

/** What is known of something thrown; `undefined` when there is nothing to tell. */
export interface ExceptionFacts {
  readonly type: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}

const EXCEPTION_FIELDS = ['code', 'name', 'message', 'stack'] as const;

/** The error's code stands before its name as its type, as in the official SDK. */
export function exceptionFacts(exception: unknown): ExceptionFacts | undefined {
  switch (typeof exception) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint': {
      const message = text(exception);
      return message === undefined ? undefined : { type: undefined, message, stack: undefined };
    }
    case 'object':
    case 'function': {
      if (exception === null) return undefined;
      const { code, name, message, stack } = readEach(exception, EXCEPTION_FIELDS);
      const facts = { type: (code ? text(code) : undefined) ?? text(name), message: text(message), stack: text(stack) };
      return facts.type !== undefined || facts.message !== undefined || facts.stack !== undefined ? facts : undefined;
    }
    default:
      return undefined;
  }
}

/** A number or a text that says something. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(cleanValue(value, MAX_STRING_LENGTH))
    : undefined;
}

const INVALID_TRACE_ID = '0'.repeat(32);
const INVALID_SPAN_ID = '0'.repeat(16);

/** Neither id is all zero. */
export function isValidSpanContext(context: SpanContext): boolean {
  return context.traceId !== INVALID_TRACE_ID && context.spanId !== INVALID_SPAN_ID;
}

/** A copy whose ids have the right form (all zero passes), or `undefined`. */
export function cleanSpanContext(value: unknown): SpanContext | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    const { traceId, spanId, traceFlags, traceState, isRemote } = value as Partial<Record<keyof SpanContext, unknown>>;
    if (!isHex(traceId, 32) || !isHex(spanId, 16)) return undefined;
    const context: SpanContext = {
      traceId: traceId.toLowerCase(),
      spanId: spanId.toLowerCase(),
      traceFlags: typeof traceFlags === 'number' ? traceFlags & 0xff : 0,
    };
    if (isTraceState(traceState)) context.traceState = traceState;
    if (isRemote === true) context.isRemote = true;
    return context;
  } catch {
    return undefined;
  }
}

function isHex(value: unknown, length: number): value is string {
  if (typeof value !== 'string' || value.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    const isDigit = code >= 48 && code <= 57;
    const letter = code | 32;
    if (!isDigit && !(letter >= 97 && letter <= 102)) return false;
  }
  return true;
}

function isTraceState(value: unknown): value is TraceState {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as TraceState).serialize === 'function' &&
    typeof (value as TraceState).serialize() === 'string'
  );
}
