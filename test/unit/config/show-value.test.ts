import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HIDDEN, showName, showValue } from '../../../src/config/show-value.ts';

test('text is quoted and shortened', () => {
  assert.equal(showValue('2'), '"2"');
  assert.equal(showValue('x'.repeat(100)), `"${'x'.repeat(60)}…"`);
});

test('characters that a terminal obeys or hides are escaped', () => {
  assert.equal(showValue('a\r\n\u001b[2J\u009b\u202e\u200b"'), '"a\\r\\n\\u001b[2J\\u009b\\u202e\\u200b\\""');
});

test('values of other types are named, whatever they hold', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.deepEqual(
    [5, NaN, null, undefined, true, 5n, Symbol('s'), () => 1, [], {}, proxy].map((value) => showValue(value)),
    ['5', 'NaN', 'null', 'undefined', 'true', '5', 'a symbol', 'a function', 'an object', 'an object', 'an object'],
  );
});

test('credentials and queries of URLs are left out', () => {
  for (const url of ['http://u:p@h', 'x http://u:p@h y', '//u@h']) assert.equal(showValue(url), HIDDEN);
  assert.equal(showValue('u:p@h', true), HIDDEN);
  assert.equal(showValue('a@b'), '"a@b"');
  assert.equal(showValue('http://h/p?token=1'), '"http://h/p?…"');
});

test('a plain name is shown as it is, any other one quoted', () => {
  assert.equal(showName('OTEL_X'), 'OTEL_X');
  assert.equal(showName('OTEL_\n'), '"OTEL_\\n"');
  assert.equal(showName(`OTEL_${'X'.repeat(100)}`), `"OTEL_${'X'.repeat(55)}…"`);
});
