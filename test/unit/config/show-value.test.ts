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

test('a secret that was pasted into the wrong setting is not repeated', () => {
  assert.equal(showValue('authorization=Bearer CANARY'), '"authorization=…"');
  assert.equal(showValue('x-team=CANARY', true), '"x-team=…"');
  assert.equal(showValue('Bearer CANARY-1'), '"Bearer REDACTED"');
  assert.equal(showValue('{"pg":{"password":"CANARY"'), '"{\\"pg\\":{\\"password\\":\\"REDACTED\\""');
  assert.equal(showValue(`x ${'y'.repeat(50)} token=CANARY`), `"x ${'y'.repeat(50)} token=R…"`);
  assert.equal(showValue('-----BEGIN PRIVATE KEY-----\nCANARY'), HIDDEN);
  assert.equal(showValue(`MIIE${'Ab3'.repeat(20)}==`), HIDDEN);
  assert.equal(showValue('https://h%40CANARY', true), HIDDEN);
});

test('what may be a key in the path of a URL is left out', () => {
  assert.equal(showValue('https://h/otlp/CANARY7/v1/traces', true), '"https://h/otlp/…/v1/traces"');
  assert.equal(showValue('https//h:4318/CANARY7', true), '"https//h:4318/…"');
  assert.equal(showValue('/etc/otel/config-2.yaml'), '"/etc/otel/config-2.yaml"');
});
