/** JSON in which nothing ends a line or moves a cursor, not for the strictest reader and not for a terminal. */
import type { PlainMap, PlainValue } from '../../values/plain-value.ts';

/** Nothing in it is to be escaped. Pairs of surrogates take the longer way. */
const PLAIN = /^[\u0020\u0021\u0023-\u005b\u005d-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\uffff]*$/;
/** What `JSON.stringify` leaves: delete, the second block of control characters, line and paragraph separator. */
const LEFT = /[\u007f-\u009f\u2028\u2029]/g;

export function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(LEFT, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function jsonOf(value: PlainValue): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      // JSON has no NaN and no infinities.
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'bigint':
      // Readers take numbers for doubles.
      return value >= -MAX_SAFE && value <= MAX_SAFE ? String(value) : `"${value}"`;
    case 'object':
      return value === null ? 'null' : jsonOfObject(value);
    default:
      return String(value);
  }
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function jsonOfObject(value: Uint8Array | readonly PlainValue[] | PlainMap): string {
  if (value instanceof Uint8Array) return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  if (Array.isArray(value)) return `[${(value as readonly PlainValue[]).map(jsonOf).join(',')}]`;
  return `{${Object.entries(value)
    .map(([name, item]) => `${quote(name)}:${jsonOf(item as PlainValue)}`)
    .join(',')}}`;
}
