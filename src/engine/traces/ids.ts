/** Random trace and span ids, from a pool of the operating system's randomness that is filled block by block. */
import { fillRandomly } from '../../runtime/random.ts';

const { toString } = Buffer.prototype;

const POOL_BYTES = 4096;
/** Ids are parts of one text of digits, which lives as long as the last of them: it is kept short. */
const TEXT_BYTES = 256;
const NO_TRACE_ID = '0'.repeat(32);
const NO_SPAN_ID = '0'.repeat(16);
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let used = POOL_BYTES;
let digits = '';
let taken = 0;

/** 32 lower-case hex digits, not all zero. */
export function newTraceId(): string {
  for (;;) {
    const id = take(32);
    if (id !== NO_TRACE_ID) return id;
  }
}

/** 16 lower-case hex digits, not all zero. */
export function newSpanId(): string {
  for (;;) {
    const id = take(16);
    if (id !== NO_SPAN_ID) return id;
  }
}

function take(count: number): string {
  if (taken + count > digits.length) refill();
  const id = digits.slice(taken, taken + count);
  taken += count;
  return id;
}

function refill(): void {
  if (used + TEXT_BYTES > POOL_BYTES) {
    fillRandomly(pool);
    used = 0;
  }
  digits = toString.call(pool, 'hex', used, used + TEXT_BYTES);
  used += TEXT_BYTES;
  taken = 0;
}
