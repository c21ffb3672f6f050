/** Random trace and span ids, from a pool of the operating system's randomness that is filled block by block. */
import { fillRandomly } from '../../runtime/random.ts';

const fromCharCode = String.fromCharCode;

const POOL_BYTES = 4096;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** Character codes of the two hex digits of a byte. */
const HIGH = new Uint8Array(256);
const LOW = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  HIGH[byte] = hexDigit(byte >> 4);
  LOW[byte] = hexDigit(byte & 15);
}

/** 32 lower-case hex digits, not all zero. One list of characters makes a flat string; pieces joined would make a rope. */
export function newTraceId(): string {
  const at = takeNonZero(16);
  // prettier-ignore
  return fromCharCode(
    high(at), low(at), high(at + 1), low(at + 1), high(at + 2), low(at + 2), high(at + 3), low(at + 3),
    high(at + 4), low(at + 4), high(at + 5), low(at + 5), high(at + 6), low(at + 6), high(at + 7), low(at + 7),
    high(at + 8), low(at + 8), high(at + 9), low(at + 9), high(at + 10), low(at + 10), high(at + 11), low(at + 11),
    high(at + 12), low(at + 12), high(at + 13), low(at + 13), high(at + 14), low(at + 14), high(at + 15), low(at + 15),
  );
}

/** 16 lower-case hex digits, not all zero. */
export function newSpanId(): string {
  const at = takeNonZero(8);
  // prettier-ignore
  return fromCharCode(
    high(at), low(at), high(at + 1), low(at + 1), high(at + 2), low(at + 2), high(at + 3), low(at + 3),
    high(at + 4), low(at + 4), high(at + 5), low(at + 5), high(at + 6), low(at + 6), high(at + 7), low(at + 7),
  );
}

/** Where the next `bytes` random bytes, not all zero, stand in the pool. */
function takeNonZero(bytes: number): number {
  for (;;) {
    const at = take(bytes);
    for (let i = 0; i < bytes; i++) if (pool[at + i] !== 0) return at;
  }
}

function take(bytes: number): number {
  if (used + bytes > POOL_BYTES) {
    fillRandomly(pool);
    used = 0;
  }
  const at = used;
  used += bytes;
  return at;
}

function high(index: number): number {
  return HIGH[pool[index] as number] as number;
}

function low(index: number): number {
  return LOW[pool[index] as number] as number;
}

function hexDigit(value: number): number {
  return '0123456789abcdef'.charCodeAt(value);
}
