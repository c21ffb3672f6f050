import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { MAX_STRING_LENGTH } from '../../../src/values/limits.ts';
import { toPlain } from '../../../src/values/plain-value.ts';
import { cleanName } from '../../../src/values/strings.ts';
import { HOSTILE_VALUES, sizeOf } from './hostile-values.ts';

class Money {
  readonly amount = 5;
  readonly currency = 'EUR';
}

const withStack = <E extends Error>(error: E): E => Object.assign(error, { stack: 'at x' });

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
  [
    'an error with its code and what caused it',
    withStack(Object.assign(new Error('no', { cause: withStack(Object.assign(new TypeError('why'), { code: 7 })) }), { code: 'ENO' })),
    { name: 'Error', code: 'ENO', message: 'no', stack: 'at x', cause: { name: 'TypeError', code: 7, message: 'why', stack: 'at x' } },
  ],
  [
    'an error that text caused',
    withStack(new Error('e', { cause: 'text' })),
    { name: 'Error', message: 'e', stack: 'at x', cause: 'text' },
  ],
  [
    'several errors in one',
    withStack(new AggregateError([withStack(new Error('one')), 'two'], 'all')),
    { name: 'AggregateError', message: 'all', stack: 'at x', errors: [{ name: 'Error', message: 'one', stack: 'at x' }, 'two'] },
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
  test(`${name} is kept in a form that can be exported`, () => assert.deepEqual(toPlain(value, 100), expected));
}

for (const value of [undefined, Symbol('s'), () => 1, /x/, Promise.resolve(), new WeakMap(), new (class {})()]) {
  test(`${String(value)} has nothing to export`, () => assert.equal(toPlain(value, 100), undefined));
}

test('a shared object is no cycle, a cycle is named', () => {
  const shared = { a: 1 };
  const circle: Record<string, unknown> = { one: shared, two: shared };
  circle.self = [circle];
  assert.deepEqual(toPlain(circle, 100), { one: { a: 1 }, two: { a: 1 }, self: ['[circular]'] });
});

test('a chain of causes is bounded, and so is one that closes', () => {
  let error = new Error('the first');
  for (let i = 0; i < 1000; i++) error = new Error(`caused ${i}`, { cause: error });
  let levels = 0;
  let at = toPlain(error, 100) as { cause: unknown };
  for (; typeof at === 'object'; at = at.cause as typeof at) levels++;
  assert.deepEqual([levels, at], [16, '[too deep]']);

  const closed = withStack(new Error('closed'));
  closed.cause = closed;
  assert.deepEqual(toPlain(closed, 100), { name: 'Error', message: 'closed', stack: 'at x', cause: '[circular]' });
});

test('bytes count as characters do', () => {
  const list = Array.from({ length: 100 }, () => new Uint8Array(10_000));
  const plain = toPlain(list, 10_000) as Uint8Array[];
  assert.equal(
    plain.reduce((sum, { length }) => sum + length, 0),
    65_536,
  );
});

test('what no record has room for is counted, and what a limit of the user cuts off is not', () => {
  const MORE = MAX_STRING_LENGTH + 1000;
  const cutOffOf = (value: unknown, maxLength = MAX_STRING_LENGTH): number => {
    const cutOff = { characters: 0, items: 0 };
    toPlain(value, maxLength, cutOff);
    return cutOff.characters;
  };
  assert.equal(cutOffOf('x'.repeat(MAX_STRING_LENGTH)), 0);
  assert.equal(cutOffOf('x'.repeat(MORE)), 1000);
  assert.equal(cutOffOf(new Uint8Array(MORE)), 1000);
  assert.equal(cutOffOf({ a: ['x'.repeat(MAX_STRING_LENGTH), 'y'.repeat(1000)] }), 1000);
  assert.equal(cutOffOf('x'.repeat(MORE), 100), 0);
  assert.equal(cutOffOf(['x'.repeat(MORE)], 100), 0);
});

test('one getter that throws costs one property', () => {
  const value = {
    a: 1,
    get b(): never {
      throw new Error('getter');
    },
    c: 3,
  };
  assert.deepEqual(toPlain(value, 100), { a: 1, c: 3 });
});

test('one value holds at most 1024 elements, 16 levels and 64 Ki characters', () => {
  assert.equal(
    (
      toPlain(
        Array.from({ length: 5000 }, () => 1),
        100,
      ) as unknown[]
    ).length,
    1024,
  );
  const wide = toPlain(
    Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 1)),
    100,
  ) as unknown[][];
  assert.ok(wide.flat().length <= 1024);
  assert.match(JSON.stringify(toPlain(JSON.parse('['.repeat(30) + ']'.repeat(30)), 100)), /^\[{16}"\[too deep\]"\]{16}$/);
  const long = toPlain(
    Array.from({ length: 1000 }, () => 'x'.repeat(1000)),
    1000,
  ) as string[];
  assert.equal(long.join('').length, 65_536);
});

for (const [name, value] of HOSTILE_VALUES) {
  test(`${name} becomes plain data of bounded size`, () => {
    assert.ok(sizeOf(toPlain(value, 1000)) < 400_000);
    assert.ok(sizeOf(toPlain([value, { value }, new Map([['value', value]])], 1000)) < 400_000);
    assert.ok(cleanName(value).length <= 1024);
  });
}
