/** What both encoders agree on about values that an app passes in. */
import type { Redact } from './types.ts';

/** Levels of arrays and maps inside one value; deeper ones become `TOO_DEEP`. */
export const MAX_DEPTH = 64;
/** Values inside one value; more of them throw. Bounds what a graph of shared objects unfolds to. */
export const MAX_VALUES = 100_000;

export const TOO_DEEP = '[too deep]';
export const CIRCULAR = '[circular]';

/** The text that may leave, such as a name; empty when the redactor throws or drops it. */
export function redactedText(redact: Redact, value: string): string {
  const text = redacted(redact, '', value);
  return text === undefined || text === null ? '' : String(text);
}

/** The value that may leave, or undefined. A redactor that throws drops the value. */
export function redacted(redact: Redact, key: string, value: unknown): unknown {
  try {
    return redact(key, value);
  } catch {
    return undefined;
  }
}

/** Whether a bigint fits an int64. */
export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** The bytes of a buffer or of any typed array. */
export function bytesOf(value: ArrayBufferView): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** What an object has to say when it is neither an array nor bytes: its own fields, an error's or a date's text. */
export function fieldsOf(value: object): string | Record<string, unknown> {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  // The fields of an error are not enumerable: it would leave as an empty map.
  if (value instanceof Error) {
    const { cause, message, name, stack } = value;
    return { ...value, name, message, stack, ...(cause === undefined ? {} : { cause }) };
  }
  return value as Record<string, unknown>;
}

/** The way down into one value. */
export interface Descent {
  readonly path: object[];
  values: number;
}

/**
 * Goes from `descent` into `value`; afterwards, `descent.path.pop()` leaves it.
 *
 * @returns why `value` is not entered, or undefined.
 */
export function enter(descent: Descent, value: object): string | undefined {
  if (descent.path.includes(value)) return CIRCULAR;
  if (descent.path.length === MAX_DEPTH) return TOO_DEEP;
  descent.path.push(value);
  return undefined;
}

/** Call it for each value below the first. @throws RangeError when there are too many. */
export function count(descent: Descent): void {
  if (++descent.values > MAX_VALUES) throw new RangeError(`an attribute must hold at most ${MAX_VALUES} values`);
}
