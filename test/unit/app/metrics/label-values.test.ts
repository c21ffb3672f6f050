import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowedValue, isRoute, labelOf } from '../../../../src/app/metrics/label-values.ts';
import { errorType } from '../../../../src/app/metrics/error-type.ts';
import { HOSTILE_VALUES } from '../../values/hostile-values.ts';

const OTHER = '_OTHER';

describe('a value of an attribute of metrics', () => {
  for (const name of [
    'prices',
    'gpt-4o-2024-08-06',
    'claude-3-5-sonnet-20241022',
    'meta-llama/Llama-3.1-8B',
    'Stripe EU',
    'ECONNRESET',
    'Fehler.Größe',
  ])
    it(`may be ${name}`, () => assert.equal(labelOf('may', name), name));

  for (const id of [
    '4711',
    'user 123456789',
    'user123456789',
    '9b2f1c3e-8f4a-4f43-9a0e-0a1b2c3d4e5f',
    'https://shop.example/a',
    'alice@example.com',
    'a1b2c3d4e5f60718',
    'connect ECONNREFUSED 127.0.0.1:5432 for query of user',
    "it's broken",
    'x'.repeat(81),
    '/users/1?token=abc',
    '',
  ])
    it(`may not be ${JSON.stringify(id.slice(0, 60))}`, () => assert.equal(labelOf('may not', id), OTHER));

  it('is one of at most 100', () => {
    const values = Array.from({ length: 150 }, (_, i) => labelOf('many', `name-${i}`));
    assert.deepEqual([values.indexOf(OTHER), values.filter((value) => value === OTHER).length], [100, 50]);
    assert.equal(labelOf('many', 'name-0'), 'name-0');
  });

  it('is one of those that are listed, where they are', () => {
    assert.equal(allowedValue('k', ['hit', 'miss'], 'hit'), 'hit');
    assert.equal(allowedValue('k', ['hit', 'miss'], 'HIT'), OTHER);
    assert.equal(allowedValue('k', ['hit', 'miss'], undefined), undefined);
    assert.equal(allowedValue('k', 'currency', 'EUR'), 'EUR');
    assert.equal(allowedValue('k', 'currency', 'euro'), OTHER);
    assert.equal(allowedValue('k', 'status', 404), 404);
    assert.equal(allowedValue('k', 'status', '404 Not Found'), undefined);
    assert.deepEqual(
      [99, 100, 599, 600, 200.5].map((status) => allowedValue('k', 'status', status)),
      [undefined, 100, 599, undefined, undefined],
    );
  });

  it('that may not be is said once for its key, without the value', () => {
    const slot = globalThis as { [key: symbol]: unknown };
    const said: string[] = [];
    slot[Symbol.for('signalbox.telemetry')] = { reporter: { say: (...words: string[]) => said.push(words.join(' ')) } };
    for (let i = 0; i < 3; i++) labelOf('said', `user ${i} 4711`.repeat(3));
    Reflect.deleteProperty(slot, Symbol.for('signalbox.telemetry'));
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^metrics\.label The attribute "said" .*_OTHER/);
    assert.doesNotMatch(said[0] ?? '', /4711/);
  });

  it('is bounded, whatever it is', () => {
    for (const [, value] of HOSTILE_VALUES)
      for (const allowed of [['a'], 'label', 'route', 'currency', 'status'] as const)
        assert.ok(String(allowedValue('hostile', allowed, value) ?? '').length <= 256);
  });
});

describe('a route', () => {
  for (const route of ['/', '/users/:id', '/users/{id}', '/api/v1/users/:id(\\d+)', '/files/*', '/users/:id?', '/users/:id?/books', '*'])
    it(`is ${route}`, () => assert.equal(isRoute(route), true));
  for (const path of [
    '/users/4711',
    '/users/9b2f1c3e-8f4a-4f43-9a0e-0a1b2c3d4e5f',
    '/search?q=x',
    'https://a.example/',
    '/a%20b',
    '/users/a@b.example',
    '',
  ])
    it(`is not ${path}`, () => assert.equal(isRoute(path), false));
});

describe('the type of an error', () => {
  it('is its code or class, and never its message', () => {
    class PaymentDeclined extends Error {
      override name = 'PaymentDeclined';
    }
    assert.equal(errorType(new TypeError('alice@example.com')), 'TypeError');
    assert.equal(errorType(new PaymentDeclined()), 'PaymentDeclined');
    assert.equal(errorType(Object.assign(new Error(), { code: '23505' })), '23505');
    assert.equal(errorType('some text'), OTHER);
    assert.equal(errorType(undefined), OTHER);
    assert.equal(errorType(Object.assign(new Error(), { name: 'user 4711 is not there' })), OTHER);
  });
});
