import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit, formatValue, toPlainText, truncate } from '../../../src/receiver/terminal-text.ts';

test('escape sequences, control characters and marks of direction are stripped', () => {
  const cases: readonly [string, string][] = [
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007text', 'text'],
    ['\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u009b31mred', 'red'],
    ['a\u0000b\u0008c\u007fd\u0085e', 'abcd e'],
    ['one\r\ntwo\tthree\u2028four', 'one two three four'],
    ['\u202eevil\u202c \u2066x\u2069 \u200f', 'evil x '],
    ['\u001b\u001b[2J\u001b', ''],
    ['\ud800', '\ufffd'],
    ['👩\u200d💻 é', '👩\u200d💻 é'],
  ];
  for (const [text, expected] of cases) assert.equal(toPlainText(text), expected);
});

test('nothing that is stripped can be put together again', () => {
  const text = toPlainText('\u001b[\u001b[31m31mred \u001b\u0000[31mred');
  assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f]/);
});

test('a very long text is cut before anything is done with it', () => {
  assert(toPlainText('\u001b['.repeat(5_000_000)).length < 3_000);
});

test('values of every type become one line', () => {
  assert.equal(formatValue('a\nb'), 'a b');
  assert.equal(formatValue(null), '');
  assert.equal(formatValue(12n), '12n');
  assert.equal(formatValue({ a: [1, { b: '\u001b[31m' }] }).includes('\u001b'), false);
  assert.equal(formatValue([1, 'two']), "[ 1, 'two' ]");
});

test('text is cut and filled up by the columns that it takes', () => {
  assert.equal(fit('abc', 5), 'abc  ');
  assert.equal(fit('abcde', 5), 'abcde');
  assert.equal(fit('abcdef', 5), 'abcd…');
  assert.equal(fit('世界', 5), '世界 ');
  assert.equal(fit('世界世', 5), '世界…');
  assert.equal(fit('a世界', 4), 'a世…');
  assert.equal(fit('e\u0301e\u0301', 4), 'e\u0301e\u0301  ');
  assert.equal(truncate('abc', 5), 'abc');
  assert.equal(truncate('abcdef', 1), '…');
  assert.equal(truncate('abcdef', 0), '');
  assert.equal(fit('', 3), '   ');
});
