/** Whatever plain JavaScript hands in: the function runs, what it returns and throws comes back, and the span is there. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import * as signalbox from '../../../../src/index.ts';
import { idOf, parentOf, record, type Recorded } from './recorded.ts';

type Loose = (...args: unknown[]) => unknown;
const { addEvent, addLink, addSqlComment, bindContext, extract, inject, recordError, setAttributes, startSpan, traced, Traced } =
  signalbox as unknown as Record<keyof typeof signalbox, Loose>;
const { withBaggage, withMessageSpan, withSpan } = signalbox as unknown as Record<keyof typeof signalbox, Loose>;

let recorded: Recorded;
beforeEach(() => {
  recorded = record();
});
afterEach(() => recorded[Symbol.dispose]());

const fail = (): never => {
  throw new Error('hostile');
};
const hostile: object = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail });
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

const traceId = 'a'.repeat(32);
const ODD: Readonly<Record<string, unknown>> = {
  null: null,
  'a number': 7,
  'an empty text': '',
  'a text': 'text',
  false: false,
  'a bigint': 7n,
  'a symbol': Symbol('s'),
  'a list': [null],
  'an empty object': {},
  'an object without a prototype': Object.create(null),
  'a promise': Promise.resolve(),
  'a proxy that throws': hostile,
  'a proxy that was revoked': revoked,
  'a getter that throws': Object.defineProperty({}, 'traceId', { get: fail, enumerable: true }),
  'no span': { spanContext: 5 },
  'a span that throws': { spanContext: fail },
  'a span without a context': { spanContext: () => null },
  'a span with an empty context': { spanContext: () => ({}) },
  'a context that throws': { getValue: fail, setValue: fail },
  'a context that cannot be changed': { getValue: () => ({ spanContext: () => ({ traceId, spanId: 'b'.repeat(16), traceFlags: 1 }) }) },
  'a context that holds no span': { getValue: () => 5, setValue: () => undefined },
  'ids that are none': { traceId: 5, spanId: {} },
  'ids that are not hexadecimal': { traceId: 'zz', spanId: 'y', traceFlags: 1 },
  'ids of zeros': { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 },
  'a tracer that throws': { startSpan: fail },
  'a tracer that starts nothing': { startSpan: () => undefined },
};

for (const option of ['parent', 'links', 'kind', 'attributes', 'root', 'startTime', 'tracer', 'expected'])
  describe(`as the option ${option}`, () => {
    for (const [what, value] of Object.entries(ODD))
      it(`${what} costs nothing but the option`, () => {
        const options = { [option]: value };
        const own = new RangeError('own');
        const throwing = (): never => {
          throw own;
        };
        assert.equal(
          withSpan('result', options, () => 5),
          5,
        );
        assert.throws(
          () => withSpan('error', options, throwing),
          (error) => error === own,
        );
        (startSpan as (name: string, given: object) => Disposable)('block', options)[Symbol.dispose]();
        assert.equal((traced(() => 6, { name: 'function', ...options }) as () => number)(), 6);
        assert.equal(
          withMessageSpan('message', { from: {}, relation: 'link', ...options }, () => 7),
          7,
        );
        assert.deepEqual(recorded.names, ['result', 'error', 'block', 'function', 'message']);
      });
  });

describe('a parent that is none', () => {
  for (const [what, value] of Object.entries(ODD))
    it(`leaves the active span the parent: ${what}`, () => {
      withSpan('outer', () => withSpan('inner', { parent: value }, () => {}));
      assert.equal(parentOf(recorded.find('inner')), idOf(recorded.find('outer')));
    });
});

describe('as everything else that is handed in', () => {
  for (const [what, value] of Object.entries(ODD))
    it(`${what} costs nothing but itself`, () => {
      const isOne = (call: () => unknown): void => assert.equal(call(), 1);
      withSpan('active', () => {
        for (const call of [addLink, setAttributes, recordError, extract, addSqlComment, inject]) call(value);
        addEvent(value, value);
        setAttributes({ value });
        inject({}, value);
        inject({}, { destination: value, context: value });
        extract({ traceparent: value, tracestate: value, baggage: value });
        extract({ headers: value });
        withMessageSpan('message', { from: value, relation: value, links: value }, () => {});
        withMessageSpan('batch', { from: [value, value], links: [value] }, () => {});
      });
      isOne(() => withSpan(value, () => 1));
      isOne(() => withSpan('options', value, () => 1));
      isOne(() => withBaggage(value, () => 1));
      isOne(() => withBaggage({ value }, () => 1));
      isOne(() => (traced(() => 1, value) as Loose)());
      isOne(() => (traced(() => 1, { name: value, attributes: value }) as Loose)());
      isOne(() => (traced(() => 1, { attributes: () => value }) as Loose)());
      isOne(() => (traced(() => 1, { attributes: fail }) as Loose)());
      assert.ok(Object.is(bindContext(value), value));
      const descriptor = { value: () => 1 };
      (Traced(value) as Loose)(Object.create(null), 'method', descriptor);
      isOne(descriptor.value);
      isOne((Traced(value) as (method: Loose, context: object) => Loose)(() => 1, { kind: 'method', name: 'method', static: false }));
    });
});
