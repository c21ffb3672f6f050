import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOf } from '../../../src/values/identity.ts';
import type { PlainValue } from '../../../src/values/plain-value.ts';

const DIFFERENT: readonly PlainValue[] = [
  ...[null, NaN, Infinity, -Infinity, 0, -0, 1, 1n, true, false, 'true', 'null', 'NaN', '1', '1n', '', 'x01', new Uint8Array([1])],
  ...[
    [],
    {},
    [1],
    ['1'],
    [1n],
    { 0: 1 },
    { 0: '1' },
    new Uint8Array(),
    [[1]],
    [1, 2],
    ['1,2'],
    { a: 1, b: 2 },
    { a: { b: 2 } },
    { 'a":1,"b': 2 },
  ],
];

test('values that differ have identities that differ', () => {
  assert.equal(new Set(DIFFERENT.map(identityOf)).size, DIFFERENT.length);
});

test('equal values have the same, whatever the order of their fields', () => {
  for (const value of DIFFERENT) assert.equal(identityOf(value), identityOf(structuredClone(value)));
  assert.equal(identityOf({ a: 1, b: [{ c: 2, d: 3 }] }), identityOf({ b: [{ d: 3, c: 2 }], a: 1 }));
});
