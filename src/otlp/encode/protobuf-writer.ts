/**
 * Writes protobuf into one buffer that is kept and reused.
 *
 * Lengths of nested messages are filled in afterwards: `open` leaves one byte free and `close` moves the content when
 * the length needs more. Writing nests: a record that is encoded while another one is (a getter that logs) goes behind
 * the unfinished one and is cut off again.
 */
import type { HrTime } from '@opentelemetry/api';
import { MAX_SECONDS } from './otlp-values.ts';

const INITIAL_BYTES = 16 * 1024;
/** A larger buffer is given back after the record that needed it. */
const KEPT_BYTES = 1024 * 1024;
/** OTLP 1.11: a client should not send more in one request. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Shorter text is copied by a loop, which beats the call into native code. */
const SHORT_TEXT = 48;
const LONG_TEXT = 8 * 1024;

let bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
let view = new DataView(bytes.buffer);
let position = 0;

function ensure(count: number): void {
  if (position + count > bytes.length) grow(position + count);
}

function grow(needed: number): void {
  if (needed > MAX_BYTES) throw new RangeError(`one record must encode to at most ${MAX_BYTES} bytes`);
  use(Buffer.allocUnsafeSlow(Math.max(needed, bytes.length * 2)), bytes);
}

function use(next: Buffer<ArrayBuffer>, previous?: Buffer): void {
  if (previous !== undefined) previous.copy(next, 0, 0, position);
  bytes = next;
  view = new DataView(next.buffer);
}

/**
 * Collects what `write` writes.
 *
 * @param allocate - gives the bytes for it; not from the pool of Node.js, see `slab.ts`.
 * @returns exactly as many bytes as were written.
 * @throws whatever `write` throws; nothing of it stays behind.
 */
export function collect<A, B>(allocate: (size: number) => Buffer, write: (a: A, b: B) => void, a: A, b: B): Uint8Array {
  const start = position;
  try {
    write(a, b);
    const result = allocate(position - start);
    bytes.copy(result, 0, start, position);
    return result;
  } finally {
    position = start;
    if (start === 0 && bytes.length > KEPT_BYTES) use(Buffer.allocUnsafeSlow(INITIAL_BYTES));
  }
}

/**
 * Begin a record that several calls write, of which nothing else comes in between: `endRecord` or `dropRecord` must follow.
 *
 * @returns where it begins, for those.
 */
export function beginRecord(): number {
  return position;
}

/** Bytes since `beginRecord`. */
export function recordSize(start: number): number {
  return position - start;
}

/** What was written since `beginRecord`. @param allocate - as that of `collect`. */
export function endRecord(start: number, allocate: (size: number) => Buffer): Uint8Array {
  const result = allocate(position - start);
  bytes.copy(result, 0, start, position);
  dropRecord(start);
  return result;
}

export function dropRecord(start: number): void {
  position = start;
  if (start === 0 && bytes.length > KEPT_BYTES) use(Buffer.allocUnsafeSlow(INITIAL_BYTES));
}

/** Field number and wire type, already put together; both below 16 and 8, so that it is one byte, or two from field 16 on. */
export function tag(value: number): void {
  ensure(2);
  if (value < 0x80) bytes[position++] = value;
  else {
    bytes[position++] = (value & 0x7f) | 0x80;
    bytes[position++] = value >>> 7;
  }
}

/** @returns where the message begins, for `close`. */
export function open(tagValue: number): number {
  ensure(2);
  bytes[position++] = tagValue;
  return ++position;
}

export function close(start: number): void {
  const length = position - start;
  if (length < 0x80) bytes[start - 1] = length;
  else {
    const extra = varintSize(length) - 1;
    ensure(extra);
    bytes.copyWithin(start + extra, start, position);
    const end = position + extra;
    position = start - 1;
    varint(length);
    position = end;
  }
}

function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** @param value - an integer from 0 to 2^53 - 1. */
export function varint(value: number): void {
  ensure(8);
  if (value < 0x80) {
    bytes[position++] = value;
    return;
  }
  let rest = value;
  while (rest > 0xffffffff) {
    bytes[position++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest > 0x7f) {
    bytes[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[position++] = rest;
}

/** int64 as a varint. @param value - a safe integer. */
export function int64(value: number): void {
  if (value >= 0) varint(value);
  else bigint64(BigInt(value));
}

/** int64 as a varint: negative numbers take ten bytes. */
export function bigint64(value: bigint): void {
  ensure(10);
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes[position++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  bytes[position++] = Number(rest);
}

/** @param value - an integer of 32 bits. */
export function sint32(value: number): void {
  varint(((value << 1) ^ (value >> 31)) >>> 0);
}

export function fixed32(value: number): void {
  ensure(4);
  view.setUint32(position, value, true);
  position += 4;
}

/** @param value - an integer from 0 to 2^53 - 1. */
export function fixed64(value: number): void {
  ensure(8);
  view.setUint32(position, value >>> 0, true);
  view.setUint32(position + 4, value / 0x100000000, true);
  position += 8;
}

/** @param value - a safe integer. */
export function sfixed64(value: number): void {
  ensure(8);
  view.setUint32(position, value >>> 0, true);
  view.setInt32(position + 4, Math.floor(value / 0x100000000), true);
  position += 8;
}

export function double(value: number): void {
  ensure(8);
  view.setFloat64(position, value, true);
  position += 8;
}

/** Halves of nanoseconds since 1970, which `setNanos` works out. */
let low = 0;
let high = 0;

/**
 * Negative and invalid times become 0.
 *
 * The product does not fit a double: the upper and the lower 16 bits of the seconds are multiplied apart, which is exact.
 */
function setNanos(seconds: number, nanos: number): void {
  low = 0;
  high = 0;
  if (!(seconds >= 0 && seconds < MAX_SECONDS && nanos >= 0)) return;
  const lower = (seconds & 0xffff) * 1e9 + nanos;
  const upper = Math.floor(seconds / 0x10000) * 1e9;
  low = (lower >>> 0) + (((upper & 0xffff) << 16) >>> 0);
  high = Math.floor(lower / 0x100000000) + Math.floor(upper / 0x10000) + (low > 0xffffffff ? 1 : 0);
}

/** Nanoseconds since 1970 as fixed64. Negative and invalid times become 0. */
export function time(value: HrTime): void {
  ensure(8);
  setNanos(value[0], value[1]);
  view.setUint32(position, low, true);
  view.setUint32(position + 4, high, true);
  position += 8;
}

/** The same of milliseconds. */
export function timeMs(value: number): void {
  ensure(8);
  const seconds = Math.floor(value / 1000);
  setNanos(seconds, Math.round((value - seconds * 1000) * 1e6));
  view.setUint32(position, low, true);
  view.setUint32(position + 4, high, true);
  position += 8;
}

/** `timeMs`, of a time that comes again and again: the points of a collection have few different ones. */
class RepeatedTime {
  #ms = -1;
  #low = 0;
  #high = 0;

  write(ms: number): void {
    if (ms !== this.#ms) {
      const seconds = Math.floor(ms / 1000);
      setNanos(seconds, Math.round((ms - seconds * 1000) * 1e6));
      this.#ms = ms;
      this.#low = low;
      this.#high = high;
    }
    view.setUint32(position, this.#low, true);
    view.setUint32(position + 4, this.#high, true);
    position += 8;
  }
}

const startTime = new RepeatedTime();
const endTime = new RepeatedTime();

/** The times of a metric's point: 2 start_time, 3 time, both fixed64. */
export function pointTimes(startMs: number, endMs: number): void {
  ensure(18);
  bytes[position++] = (2 << 3) | 1;
  startTime.write(startMs);
  bytes[position++] = (3 << 3) | 1;
  endTime.write(endMs);
}

/** Bytes that were encoded before. */
export function encoded(value: Uint8Array): void {
  ensure(value.length);
  bytes.set(value, position);
  position += value.length;
}

/** Length and UTF-8. Lone surrogates become U+FFFD; what is not a string is made one, null and undefined an empty one. */
export function text(value: string): void {
  if (typeof value !== 'string') value = value == null ? '' : String(value);
  const length = value.length;
  // Three bytes is the most that one UTF-16 unit takes; counting is cheaper than room for three times a long text.
  ensure(5 + (length <= LONG_TEXT ? length * 3 : Buffer.byteLength(value)));
  if (length <= SHORT_TEXT) {
    const target = bytes;
    const start = position + 1;
    let index = 0;
    for (; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) break;
      target[start + index] = code;
    }
    if (index === length) {
      target[position] = length;
      position = start + length;
      return;
    }
  }
  // Most text is ASCII: leave the room that its length would take then, and move it when that was wrong.
  const start = position + varintSize(length);
  const size = bytes.write(value, start, 'utf8');
  const shift = varintSize(size) - varintSize(length);
  if (shift > 0) bytes.copyWithin(start + shift, start, start + size);
  varint(size);
  position += size;
}

const KEY_CACHE_SIZE = 1024;
const KEY_CACHE_MAX_LENGTH = 128;
const keys = new Map<string, Uint8Array>();

/** Field 1 with a text that comes again and again, as the keys of attributes do; kept encoded for the next time. */
export function key(value: string): void {
  const known = keys.get(value);
  if (known !== undefined) {
    ensure(known.length);
    bytes.set(known, position);
    position += known.length;
    return;
  }
  const start = position;
  tag(0x0a);
  text(value);
  if (value.length > KEY_CACHE_MAX_LENGTH) return;
  // Starting anew is enough against keys that never come again.
  if (keys.size === KEY_CACHE_SIZE) keys.clear();
  keys.set(value, new Uint8Array(bytes.subarray(start, position)));
}

/** How much was written until now, for `copyFrom`. */
export function written(): number {
  return position;
}

/** What was written since `start`. */
export function copyFrom(start: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, position));
}

/** Bytes as they are. A loop beats the call into native code while they are few. */
export function append(value: Uint8Array): void {
  const { length } = value;
  ensure(length);
  if (length > SHORT_TEXT * 2) bytes.set(value, position);
  else {
    const target = bytes;
    const start = position;
    for (let index = 0; index < length; index++) target[start + index] = value[index]!;
  }
  position += length;
}

/** Length and content. */
export function blob(value: Uint8Array): void {
  varint(value.length);
  ensure(value.length);
  bytes.set(value, position);
  position += value.length;
}

const DIGITS = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) {
  DIGITS[digit.toString(16).charCodeAt(0)] = digit;
  DIGITS[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** Length and the bytes that pairs of hexadecimal digits stand for. */
export function hex(value: string): void {
  const length = value.length >>> 1;
  varint(length);
  ensure(length);
  const target = bytes;
  const start = position;
  for (let index = 0; index < length; index++) {
    const high = DIGITS[value.charCodeAt(index * 2) & 0x7f]!;
    target[start + index] = (high << 4) | DIGITS[value.charCodeAt(index * 2 + 1) & 0x7f]!;
  }
  position = start + length;
}
