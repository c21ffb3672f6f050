/** Writes protobuf by hand, right or wrong as a test wishes. */

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export const tag = (number: number, type: number): Buffer => varint((number << 3) | type);

/** A varint field. */
export const v = (number: number, value: number | bigint): Buffer => Buffer.concat([tag(number, 0), varint(value)]);

/** A length-delimited field of bytes, text, or fields. */
export function d(number: number, ...parts: (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([tag(number, 2), varint(content.length), content]);
}

/** A fixed64 field. */
export function f(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([tag(number, 1), bytes]);
}

/** A double field. */
export function fd(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(number, 1), bytes]);
}

export const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** A request with one resource and one scope around these records. */
export const request = (...records: Uint8Array[]): Buffer => d(1, d(2, ...records.map((record) => d(2, record))));

export const TRACE = hex('4bf92f3577b34da6a3ce929d0e0e4736');
export const SPAN = hex('00f067aa0ba902b7');

/** The fields of a span that is whole. */
export const goodSpan = (name = 'good'): Buffer => Buffer.concat([d(1, TRACE), d(2, SPAN), d(5, name)]);
