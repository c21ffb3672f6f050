/** `error.type`: one rule for spans, metrics and instrumentations. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Span } from '@opentelemetry/api';
import { errorType } from '../../../src/app/metrics/error-type.ts';
import { recordFailure } from '../../../src/app/tracing/span-failure.ts';
import { errorTypeOf } from '../../../src/instrumentation/http/http-semantics.ts';
import { HOSTILE_VALUES } from './hostile-values.ts';

class Refused extends Error {}
class Missing extends TypeError {}
class Declined extends Error {
  override name = 'PaymentDeclined';
}

/** What a span gets. */
function typeOnSpan(error: unknown): unknown {
  const attributes: Record<string, unknown> = {};
  const span = { addEvent() {}, recordException() {}, setStatus() {}, setAttribute: (key: string, value: unknown) => (attributes[key] = value) }; // prettier-ignore
  recordFailure(span as unknown as Span, error);
  return attributes['error.type'];
}

const hostile = new Proxy(new Refused(), {
  get() {
    throw new Error('no');
  },
});

describe('error.type', () => {
  for (const [what, error, type] of [
    ['its code', Object.assign(new Error(), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['a code of SQL', Object.assign(new Error(), { code: '23505' }), '23505'],
    ['a code that is a number', Object.assign(new Error(), { code: 11_000 }), '11000'],
    ['the name of its class', new TypeError('alice@example.com'), 'TypeError'],
    ['of a class that never set its name', new Refused(), 'Refused'],
    ['of one that inherits the name of another', new Missing(), 'Missing'],
    ['the name that a class was given', new Declined(), 'PaymentDeclined'],
    ['the name, not the number, of a DOMException', AbortSignal.abort().reason as unknown, 'AbortError'],
    ['the name, where the code is no code', Object.assign(new RangeError(), { code: {} }), 'RangeError'],
    ['the name that an error was given', Object.assign(new Error(), { name: 'TypeError' }), 'TypeError'],
    ['the class of what is no error', new Map(), 'Map'],
  ] as const)
    it(`is ${what}: the same on a span, in a metric and from an instrumentation`, () =>
      assert.deepEqual([typeOnSpan(error), errorType(error), errorTypeOf(error)], [type, type, type]));

  it('of what says nothing is what each has for that', () => {
    for (const [thrown, onSpan] of [
      ['text', 'string'],
      [undefined, 'undefined'],
      [null, 'null'],
      [hostile, 'object'],
    ] as const)
      // prettier-ignore
      assert.deepEqual([typeOnSpan(thrown), errorType(thrown), errorTypeOf(thrown)], [onSpan, '_OTHER', 'Error']);
  });

  it('is short text, whatever is thrown', () => {
    for (const [name, value] of HOSTILE_VALUES)
      for (const type of [errorType(value), errorTypeOf(value)])
        assert.ok(typeof type === 'string' && type !== '' && type.length <= 80, name);
  });

  it('has few values, also where a code has an id in it', () => {
    const types = Array.from({ length: 300 }, (_, id) => errorTypeOf(Object.assign(new Error(), { code: `order-${id}` })));
    assert.equal(types[0], 'order-0');
    assert.ok(new Set(types).size <= 101);
    assert.equal(types.at(-1), '_OTHER');
    assert.equal(errorTypeOf(Object.assign(new Error(), { code: 'order-0' })), 'order-0');
    assert.equal(errorTypeOf(new TypeError()), 'TypeError', 'that was there before');
  });
});
