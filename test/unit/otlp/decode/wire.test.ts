import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  openWire,
  readBytes,
  readDelimited,
  readDouble,
  readFixed32,
  readFixed64,
  readInt64,
  readSint32,
  readString,
  readTag,
  readTime,
  readUint32,
  skipField,
} from '../../../../src/otlp/decode/wire.ts';
import { hex, tag, varint } from './protobuf-bytes.ts';

const open = (...parts: (Uint8Array | string)[]) =>
  openWire(Buffer.concat(parts.map((part) => (typeof part === 'string' ? hex(part) : part))));

for (const value of [
  0n,
  1n,
  127n,
  128n,
  16_384n,
  2n ** 28n - 1n,
  2n ** 28n,
  2n ** 32n,
  2n ** 35n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
]) {
  test(`int64 ${value} and its negative are read exactly`, () => {
    const expected = (integer: bigint) => (Number.isSafeInteger(Number(integer)) ? Number(integer) : integer);
    assert.equal(readInt64(open(varint(value)), true), expected(value));
    assert.equal(readInt64(open(varint(-value)), true), expected(-value));
  });
}

test('the smallest int64 and the largest uint64 are read exactly', () => {
  assert.equal(readInt64(open(varint(-(2n ** 63n))), true), -(2n ** 63n));
  assert.equal(readInt64(open('ffffffffffffffffff01'), false), 2n ** 64n - 1n);
  assert.equal(readInt64(open('ffffffffffffffffff01'), true), -1);
});

test('fixed numbers are read as little endian', () => {
  assert.equal(readFixed32(open('01000080')), 0x8000_0001);
  assert.equal(readFixed64(open('0100000000000000'), false), 1);
  assert.equal(readFixed64(open('ffffffffffffffff'), true), -1);
  assert.equal(readFixed64(open('ffffffffffffffff'), false), 2n ** 64n - 1n);
  assert.equal(readFixed64(open('0000000000000080'), true), -(2n ** 63n));
  assert.equal(readTime(open('ffffffffffffffff')), 2n ** 64n - 1n);
  assert.equal(readDouble(open('000000000000f0bf')), -1);
});

test('sint32 is read as zigzag', () => {
  const read = (value: number) => readSint32(open(varint(value)));
  assert.deepEqual([0, 1, 2, 3, 4294967294, 4294967295].map(read), [0, -1, 1, -2, 2147483647, -2147483648]);
});

test('a varint padded with zeros is read, as the format allows', () => {
  assert.equal(readUint32(open('8180808000')), 1);
});

test('a text that really holds U+FFFD is read', () => {
  assert.equal(readString(open('04', Buffer.from('a\ufffd'))), 'a\ufffd');
});

test('bytes are copied out of the request', () => {
  const wire = open('02', '0102');
  const bytes = readBytes(wire);
  wire.bytes[1] = 9;
  assert.deepEqual(bytes, new Uint8Array([1, 2]));
});

const malformed: readonly [string, () => unknown, RegExp][] = [
  ['a varint that is cut off', () => readUint32(open('80')), /varint must end/],
  ['a varint of nothing', () => readUint32(open('')), /varint must end/],
  ['a varint of eleven bytes', () => readUint32(open('8080808080808080808001')), /at most 64 bits/],
  ['a varint of 65 bits', () => readUint32(open('ffffffffffffffffff02')), /at most 64 bits/],
  ['field number 0', () => readTag(open('02')), /field number/],
  ['a field number of more than 29 bits', () => readTag(open(varint(2n ** 32n))), /field number/],
  ['a length beyond the end', () => readDelimited(open('05', '01')), /was 5 bytes with 1 left/],
  ['a length of 2^63', () => readDelimited(open(varint(2n ** 63n), '01')), /bytes with 1 left/],
  ['a fixed64 that is cut off', () => readDouble(open('01020304050607')), /8 bytes with 7 left/],
  ['a fixed32 that is cut off', () => readFixed32(open('010203')), /4 bytes with 3 left/],
  ['the start of a group', () => skipField(open(''), 3), /wire type must be 0, 1, 2 or 5, was 3/],
  ['the end of a group', () => skipField(open(''), 4), /wire type/],
  ['wire type 6', () => skipField(open(''), 6), /wire type/],
  ['wire type 7', () => skipField(open(''), 7), /wire type/],
  ['a text that is not UTF-8', () => readString(open('02', 'c328')), /must be UTF-8/],
];

for (const [what, read, message] of malformed) test(`${what} is refused`, () => assert.throws(read, message));

test('fields that are not known are skipped, whatever their type', () => {
  const wire = open(varint(300), '0102030405060708', '02', 'ffff', '01020304', tag(1, 0));
  for (const type of [0, 1, 2, 5]) skipField(wire, type);
  assert.equal(readTag(wire), 8);
});
