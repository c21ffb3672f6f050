/**
 * The protobuf wire format, read from bytes that are not trusted. Every read is checked against the end of the message that
 * it belongs to, and nothing is allocated by a length that the sender only claims.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
import { isUtf8 } from 'node:buffer';
import type { Integer } from './model.ts';
import { BadRecord, malformed } from './refusal.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
export const FIXED32 = 5;

export interface Wire {
  readonly bytes: Buffer;
  pos: number;
  /** End of the message being read. */
  end: number;
  /** Halves of the last varint. */
  low: number;
  high: number;
}

export function openWire(body: Uint8Array): Wire {
  return { bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength), pos: 0, end: body.byteLength, low: 0, high: 0 };
}

/** Reads a varint of up to 64 bits into `low` and `high`. */
export function readVarint(wire: Wire): void {
  const { bytes, end } = wire;
  let { pos } = wire;
  let low = 0;
  let high = 0;
  for (let index = 0; index < 10; index++) {
    if (pos >= end) throw malformed('A varint must end within its message, was cut off.');
    const byte = bytes[pos++] as number;
    const bits = byte & 0x7f;
    if (index < 4) low |= bits << (7 * index);
    else if (index === 4) {
      low |= bits << 28;
      high = bits >>> 4;
    } else {
      if (index === 9 && byte > 1) break;
      high |= bits << (7 * index - 32);
    }
    if (byte < 0x80) {
      wire.pos = pos;
      wire.low = low;
      wire.high = high;
      return;
    }
  }
  throw malformed('A varint must have at most 64 bits, was longer.');
}

/** The next field's number and wire type, as `number << 3 | type`. */
export function readTag(wire: Wire): number {
  readVarint(wire);
  const tag = wire.low >>> 0;
  if (wire.high !== 0 || tag < 8) throw malformed('A field number must be from 1 to 536870911.');
  return tag;
}

/** Moves over `size` bytes and tells where they began. */
export function advance(wire: Wire, size: number): number {
  const start = wire.pos;
  if (size > wire.end - start) throw malformed(`A field must end within its message, was ${size} bytes with ${wire.end - start} left.`);
  wire.pos = start + size;
  return start;
}

/** Moves over a length-delimited field and tells where its content began; `pos` is then its end. */
export function readDelimited(wire: Wire): number {
  readVarint(wire);
  return advance(wire, (wire.high >>> 0) * 2 ** 32 + (wire.low >>> 0));
}

export function skipField(wire: Wire, type: number): void {
  if (type === VARINT) readVarint(wire);
  else if (type === FIXED64) advance(wire, 8);
  else if (type === DELIMITED) readDelimited(wire);
  else if (type === FIXED32) advance(wire, 4);
  else throw malformed(`A wire type must be 0, 1, 2 or 5, was ${type}.`);
}

export function readString(wire: Wire): string {
  const start = readDelimited(wire);
  const text = wire.bytes.toString('utf8', start, wire.pos);
  // The decoder writes U+FFFD for what is not UTF-8; only a text that has one needs the second look.
  if (text.includes('\ufffd') && !isUtf8(wire.bytes.subarray(start, wire.pos))) throw new BadRecord('a string must be UTF-8, was not');
  return text;
}

/** A copy, so that a record never keeps the whole request in memory. */
export function readBytes(wire: Wire): Uint8Array {
  const start = readDelimited(wire);
  return new Uint8Array(wire.bytes.subarray(start, wire.pos));
}

export function readDouble(wire: Wire): number {
  return wire.bytes.readDoubleLE(advance(wire, 8));
}

export function readFixed32(wire: Wire): number {
  return wire.bytes.readUInt32LE(advance(wire, 4));
}

export function readTime(wire: Wire): bigint {
  return wire.bytes.readBigUInt64LE(advance(wire, 8));
}

export function readFixed64(wire: Wire, signed: boolean): Integer {
  const start = advance(wire, 8);
  return toInteger(wire.bytes.readInt32LE(start), wire.bytes.readInt32LE(start + 4), signed);
}

export function readInt64(wire: Wire, signed: boolean): Integer {
  readVarint(wire);
  return toInteger(wire.low, wire.high, signed);
}

export function readUint32(wire: Wire): number {
  readVarint(wire);
  return wire.low >>> 0;
}

export function readSint32(wire: Wire): number {
  readVarint(wire);
  return (wire.low >>> 1) ^ -(wire.low & 1);
}

function toInteger(low: number, high: number, signed: boolean): Integer {
  const top = signed ? high | 0 : high >>> 0;
  const value = top * 2 ** 32 + (low >>> 0);
  return Number.isSafeInteger(value) ? value : (BigInt(top) << 32n) | BigInt(low >>> 0);
}
