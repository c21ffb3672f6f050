/** What both encoders agree on about values that an app passes in. */
import { errorFields } from '../../values/value-bounds.ts';
import type { Redact } from '../types.ts';

/** The text that may leave, such as a name; empty when the redactor throws or drops it. */
export function redactedText(redact: Redact, value: string | undefined): string {
  if (!value) return '';
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
  if (value instanceof Error) return errorFields(value);
  return value as Record<string, unknown>;
}
