/** Single values of OTLP in JSON, checked. Each throws a `BadRecord` that names the field. */
import type { Integer } from './model.ts';
import { BadRecord, describe } from './refusal.ts';
import type { Field, Row } from './schema.ts';

export function readArray(json: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(json)) throw new BadRecord(`${name} must be an array, was ${describe(json)}`);
  return json;
}

export function readText(json: unknown, name: string): string {
  if (typeof json !== 'string') throw new BadRecord(`${name} must be a string, was ${describe(json)}`);
  return json;
}

export function readBoolean(json: unknown, name: string): boolean {
  if (typeof json !== 'boolean') throw new BadRecord(`${name} must be true or false, was ${describe(json)}`);
  return json;
}

export const MIN_INT64 = -(2n ** 63n);
export const MAX_INT64 = 2n ** 63n - 1n;
export const MAX_UINT64 = 2n ** 64n - 1n;

export function readInteger(json: unknown, name: string, min: bigint, max: bigint): Integer {
  const isInteger = typeof json === 'string' ? INTEGER.test(json) : typeof json === 'bigint' || Number.isInteger(json);
  if (isInteger) {
    const value = BigInt(json as string | number | bigint);
    if (value >= min && value <= max) return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  throw new BadRecord(`${name} must be an integer from ${min} to ${max}, was ${describe(json)}`);
}

/** At most 20 digits: converting a long text to a bigint takes long. */
export const INTEGER = /^-?\d{1,20}$/;
const DECIMAL = /^-?(\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,5})?|Infinity)$|^NaN$/;

export function readDouble(json: unknown, name: string): number {
  if (typeof json === 'number') return json;
  if (typeof json === 'bigint' || (typeof json === 'string' && DECIMAL.test(json))) return Number(json);
  throw new BadRecord(`${name} must be a number, was ${describe(json)}`);
}

export function readEnum(json: unknown, { name, prefix, values }: Field): string | number {
  const [unspecified = 0] = values;
  if (typeof json === 'number' && Number.isInteger(json)) return values[json] ?? unspecified;
  if (typeof json === 'string' && json.startsWith(prefix)) {
    const label = json.slice(prefix.length).toLowerCase();
    const value = typeof unspecified === 'number' ? SEVERITIES.indexOf(label) : values.indexOf(label);
    if (value !== -1) return values[value] as string | number;
  }
  throw new BadRecord(`${name} must be a number or a name that begins with ${prefix}, was ${describe(json)}`);
}

/** Names of the severity numbers: the one enum whose values stay numbers. */
const SEVERITIES = ['unspecified'].concat(
  ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]),
);

/** An id in lower-case hex, or nothing when it is empty or all zero, both of which mean that there is none. */
export function readId(json: unknown, name: string, size: number): string {
  if (typeof json === 'string' && (json === '' || (json.length === 2 * size && /^[0-9a-f]+$/i.test(json)))) {
    return /^0*$/.test(json) ? '' : json.toLowerCase();
  }
  throw new BadRecord(`${name} must be ${2 * size} hex digits, was ${describe(json)}`);
}

export function isObject(json: unknown): json is Row {
  return json !== null && typeof json === 'object' && !Array.isArray(json);
}

/** The value under a camelCase name or the same in snake_case. `null` means absent, as in all protobuf JSON. */
export function get(json: Row, name: string): unknown {
  return json[name] ?? json[snakeName(name)] ?? undefined;
}

const snakeNames = new Map<string, string>();

function snakeName(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) snakeNames.set(name, (snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));
  return snake;
}
