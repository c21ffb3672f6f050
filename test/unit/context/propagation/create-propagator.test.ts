import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPropagator } from '../../../../src/context/propagation/create-propagator.ts';
import { api } from '../../../../src/runtime/otel.ts';

const { ROOT_CONTEXT, trace, propagation, defaultTextMapGetter, defaultTextMapSetter } = api;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const TRACE_PARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;

const baggage = propagation.createBaggage({ a: { value: '1' } });
const full = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 }), baggage);

function make(...propagators: string[]) {
  return createPropagator({ propagators, baggageHosts: ['*'] });
}

function sent(...propagators: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  make(...propagators).inject(full, headers, defaultTextMapSetter);
  return headers;
}

describe('the chosen propagators', () => {
  test('write their headers, in the order in which they were chosen', () => {
    assert.deepEqual(Object.entries(sent('tracecontext', 'baggage')), [
      ['traceparent', TRACE_PARENT],
      ['baggage', 'a=1'],
    ]);
    assert.deepEqual(Object.keys(sent('baggage', 'tracecontext')), ['baggage', 'traceparent']);
    assert.deepEqual(sent('b3'), { b3: `${TRACE_ID}-${SPAN_ID}-1` });
    assert.deepEqual(sent('b3multi'), { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, 'x-b3-sampled': '1' });
  });

  test('name their fields, each once', () => {
    assert.deepEqual(make('tracecontext', 'baggage', 'tracecontext').fields(), ['traceparent', 'tracestate', 'baggage']);
    assert.deepEqual(make('b3').fields(), ['b3']);
    assert.ok(make('b3multi').fields().includes('x-b3-traceid'));
    const propagator = make('tracecontext');
    propagator.fields().push('x');
    assert.deepEqual(propagator.fields(), ['traceparent', 'tracestate']);
  });

  test('do nothing when there are none, or none is named', () => {
    for (const propagator of [make(), make('none'), make('tracecontext', 'none'), make('no-such')]) {
      const headers = {};
      propagator.inject(full, headers, defaultTextMapSetter);
      assert.deepEqual(headers, {});
      assert.equal(propagator.extract(ROOT_CONTEXT, { traceparent: TRACE_PARENT, baggage: 'a=1' }, defaultTextMapGetter), ROOT_CONTEXT);
      assert.deepEqual(propagator.fields(), []);
    }
  });

  test('read what they understand, and a later one has the last word', () => {
    const headers = { traceparent: TRACE_PARENT, b3: `${'a'.repeat(32)}-${'b'.repeat(16)}-1`, baggage: 'a=1' };
    const traceIdOf = (...names: string[]) =>
      trace.getSpanContext(make(...names).extract(ROOT_CONTEXT, headers, defaultTextMapGetter))?.traceId;
    assert.equal(traceIdOf('tracecontext', 'b3'), 'a'.repeat(32));
    assert.equal(traceIdOf('b3multi', 'tracecontext'), TRACE_ID);
    assert.equal(traceIdOf('baggage'), undefined);
  });
});

describe('a propagator throws nothing', () => {
  const fail = () => {
    throw new Error('hostile');
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const all = make('tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'ottrace', 'xray');

  for (const [what, carrier, getter, setter] of [
    ['no carrier', undefined, defaultTextMapGetter, defaultTextMapSetter],
    ['a null carrier', null, defaultTextMapGetter, defaultTextMapSetter],
    ['a frozen carrier', Object.freeze({}), defaultTextMapGetter, defaultTextMapSetter],
    ['a revoked proxy', revoked.proxy, defaultTextMapGetter, defaultTextMapSetter],
    ['no getter and setter', {}, undefined, undefined],
    ['a getter and setter without methods', {}, {}, {}],
    ['a getter and setter that throw', {}, { keys: fail, get: fail }, { set: fail }],
    [
      'values of a wrong type',
      { traceparent: 7, tracestate: {}, baggage: [null, {}], b3: Symbol('b3') },
      defaultTextMapGetter,
      defaultTextMapSetter,
    ],
    ['values in strange arrays', { traceparent: [[TRACE_PARENT]], baggage: [[]] }, defaultTextMapGetter, defaultTextMapSetter],
  ] as const) {
    test(`for ${what}`, () => {
      assert.equal(all.extract(ROOT_CONTEXT, carrier, getter as never), ROOT_CONTEXT);
      all.inject(full, carrier, setter as never);
    });
  }

  test('for a context that is none', () => {
    for (const context of [undefined, null, {}, { getValue: fail }]) {
      all.inject(context as never, {}, defaultTextMapSetter);
      assert.equal(all.extract(context as never, { traceparent: TRACE_PARENT }, defaultTextMapGetter), context);
    }
  });

  test('and one that fails does not keep the next from its work', () => {
    const headers: Record<string, string> = {};
    make('tracecontext', 'baggage').inject(full, headers, {
      set(carrier: Record<string, string>, key, value) {
        if (key === 'traceparent') fail();
        carrier[key] = value;
      },
    });
    assert.deepEqual(headers, { baggage: 'a=1' });
  });
});
