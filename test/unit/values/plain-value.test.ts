import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { cleanValue } from '../../../src/values/plain-value.ts';
import { cleanName } from '../../../src/values/strings.ts';
import { HOSTILE_VALUES, sizeOf } from './hostile-values.ts';

class Money {
  readonly amount = 5;
  readonly currency = 'EUR';
}

const KEPT: readonly (readonly [string, unknown, unknown])[] = [
  ['a string', 'text', 'text'],
  ['a number', 1.5, 1.5],
  ['NaN', NaN, NaN],
  ['null', null, null],
  ['the largest 64-bit integer', 2n ** 63n - 1n, 2n ** 63n - 1n],
  ['the smallest 64-bit integer', -(2n ** 63n), -(2n ** 63n)],
  ['a larger integer', 2n ** 63n, '9223372036854775808'],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['an invalid date', new Date(NaN), 'Invalid Date'],
  ['a list', ['a', 1, null, undefined, Symbol('s')], ['a', 1, null, null, null]],
  ['a map of values', { a: { b: [true] }, gone: undefined, f: () => 1 }, { a: { b: [true] } }],
  ['an empty map', {}, {}],
  [
    'a Map',
    new Map<unknown, unknown>([
      ['a', 1],
      [2, 'two'],
      [{}, 'no name'],
    ]),
    { a: 1, 2: 'two' },
  ],
  ['a Set', new Set([1, 'a']), [1, 'a']],
  ['floats', new Float32Array([0.5, 1]), [0.5, 1]],
  ['a buffer', Buffer.from('abc'), new Uint8Array([97, 98, 99])],
  ['a boxed string', Object('boxed'), 'boxed'],
  ['a URL', new URL('https://example.com/'), 'https://example.com/'],
  [
    'an object with toJSON',
    new (class {
      toJSON() {
        return { id: 7n };
      }
    })(),
    { id: 7n },
  ],
  ['an instance', new Money(), { amount: 5, currency: 'EUR' }],
  [
    'an error',
    Object.assign(new RangeError('far'), { stack: 'at x', secret: 'kept out' }),
    { name: 'RangeError', message: 'far', stack: 'at x' },
  ],
  ['an object of another realm', vm.runInNewContext('({ a: [1] })'), { a: [1] }],
  ['an empty object of another realm', vm.runInNewContext('({})'), {}],
  [
    'an error of another realm',
    vm.runInNewContext('Object.assign(new Error("e"), { stack: "s" })'),
    { name: 'Error', message: 'e', stack: 's' },
  ],
];

for (const [name, value, expected] of KEPT) {
  test(`${name} is kept in a form that can be exported`, () => assert.deepEqual(cleanValue(value, 100), expected));
}

for (const value of [undefined, Symbol('s'), () => 1, /x/, Promise.resolve(), new WeakMap(), new (class {})()]) {
  test(`${String(value)} has nothing to export`, () => assert.equal(cleanValue(value, 100), undefined));
}

test('a shared object is no cycle, a cycle is named', () => {
  const shared = { a: 1 };
  const circle: Record<string, unknown> = { one: shared, two: shared };
  circle.self = [circle];
  assert.deepEqual(cleanValue(circle, 100), { one: { a: 1 }, two: { a: 1 }, self: ['[circular]'] });
});

test('one getter that throws costs one property', () => {
  const value = {
    a: 1,
    get b(): never {
      throw new Error('getter');
    },
    c: 3,
  };
  assert.deepEqual(cleanValue(value, 100), { a: 1, c: 3 });
});

test('one value holds at most 1024 elements, 16 levels and 64 Ki characters', () => {
  assert.equal(
    (
      cleanValue(
        Array.from({ length: 5000 }, () => 1),
        100,
      ) as unknown[]
    ).length,
    1024,
  );
  const wide = cleanValue(
    Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 1)),
    100,
  ) as unknown[][];
  assert.ok(wide.flat().length <= 1024);
  assert.match(JSON.stringify(cleanValue(JSON.parse('['.repeat(30) + ']'.repeat(30)), 100)), /^\[{16}"\[too deep\]"\]{16}$/);
  const long = cleanValue(
    Array.from({ length: 1000 }, () => 'x'.repeat(1000)),
    1000,
  ) as string[];
  assert.equal(long.join('').length, 65_536);
});

for (const [name, value] of HOSTILE_VALUES) {
  test(`${name} becomes plain data of bounded size`, () => {
    assert.ok(sizeOf(cleanValue(value, 1000)) < 400_000);
    assert.ok(sizeOf(cleanValue([value, { value }, new Map([['value', value]])], 1000)) < 400_000);
    assert.ok(cleanName(value).length <= 1024);
  });
}
