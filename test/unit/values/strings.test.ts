import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { boundedLength, MAX_STRING_LENGTH } from '../../../src/values/limits.ts';
import { cleanName, cleanString } from '../../../src/values/strings.ts';

test('a string is cut between characters and made well-formed', () => {
  assert.equal(cleanString('abc', 3), 'abc');
  assert.equal(cleanString('abcd', 3), 'abc');
  assert.equal(cleanString('ab😀', 3), 'ab');
  assert.equal(cleanString('a\ud800', 3), 'a\ufffd');
  assert.equal(cleanString('a\udc00bc', 3), 'a\ufffdb');
});

test('a cut string does not keep the whole one in memory', () => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 10 }, (_, i) => cleanString(`${i}`.padEnd(10_000_000, 'x'), 100));
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(kept.every((each) => each.length === 100));
  assert.ok(grown < 50_000_000, `${grown} bytes`);
});

test('a limit that makes no sense means the largest', () => {
  assert.deepEqual(
    [boundedLength(10), boundedLength(Infinity), boundedLength(0), boundedLength(NaN), boundedLength(2 ** 40)],
    [10, MAX_STRING_LENGTH, MAX_STRING_LENGTH, MAX_STRING_LENGTH, MAX_STRING_LENGTH],
  );
});

test('a name that is none is unknown', () => {
  assert.deepEqual(
    [cleanName('n'), cleanName(''), cleanName(7), cleanName(7n), cleanName(undefined), cleanName({}), cleanName(Symbol('s'))],
    ['n', '', '7', '7', 'unknown', 'unknown', 'unknown'],
  );
});
