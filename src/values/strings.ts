/** Strings, and numbers as such, that an application passes in: well-formed and bounded. */
import { MAX_NAME_LENGTH } from './limits.ts';

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

declare global {
  interface String {
    // ES2024; Node has them since 20.
    isWellFormed(): boolean;
    toWellFormed(): string;
  }
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
      return String(value);
    case 'bigint':
      return String(cleanBigInt(value, MAX_NAME_LENGTH));
    default:
      return 'unknown';
  }
}

/** `value` where a signed 64-bit integer can hold it, as a string otherwise. */
export function cleanBigInt(value: bigint, maxLength: number): bigint | string {
  if (value >= MIN_INT64 && value <= MAX_INT64) return value;
  // Decimal digits of a huge number cost more than linear time; nobody reads them.
  const limit = 1n << 4096n;
  return value < limit && value > -limit ? cleanString(String(value), maxLength) : '[BigInt beyond 4096 bits]';
}
