/** The formats of before W3C's: Jaeger's, OpenTracing's, and that of AWS X-Ray. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UNTRACED } from '../../../../src/context/context-keys.ts';
import { createPropagator } from '../../../../src/context/propagation/create-propagator.ts';
import { api, requireBundled } from '../../../../src/runtime/otel.ts';

const { ROOT_CONTEXT, trace, propagation, defaultTextMapGetter, defaultTextMapSetter } = api;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const SPAN = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 };
const ENTRIES = {
  user: { value: 'a b' },
  'bad name': { value: '1' },
  euro: { value: '€' },
  lines: { value: 'x\r\ny' },
  half: { value: '\ud800' },
};
const BAGGAGE = propagation.createBaggage(ENTRIES);

function sent(name: string, { context = trace.setSpanContext(ROOT_CONTEXT, SPAN), baggageHosts = ['*'] } = {}): Record<string, string> {
  const headers: Record<string, string> = {};
  createPropagator({ propagators: [name], baggageHosts }).inject(context, headers, defaultTextMapSetter);
  return headers;
}

function received(name: string, headers: Record<string, unknown>) {
  const context = createPropagator({ propagators: [name], baggageHosts: [] }).extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  return {
    span: trace.getSpanContext(context),
    baggage: Object.fromEntries(
      propagation
        .getBaggage(context)
        ?.getAllEntries()
        .map(([key, { value }]) => [key, value]) ?? [],
    ),
  };
}

const XRAY = `Root=1-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)};Parent=${SPAN_ID};Sampled=`;

for (const { name, fields, header } of [
  {
    name: 'jaeger',
    fields: ['uber-trace-id'],
    header: (sampled: boolean) => ({ 'uber-trace-id': `${TRACE_ID}:${SPAN_ID}:0:0${Number(sampled)}` }),
  },
  {
    name: 'ottrace',
    fields: ['ot-tracer-traceid', 'ot-tracer-spanid', 'ot-tracer-sampled'],
    header: (sampled: boolean) => ({
      'ot-tracer-traceid': TRACE_ID.slice(16),
      'ot-tracer-spanid': SPAN_ID,
      'ot-tracer-sampled': String(sampled),
    }),
  },
  { name: 'xray', fields: ['x-amzn-trace-id'], header: (sampled: boolean) => ({ 'x-amzn-trace-id': `${XRAY}${Number(sampled)}` }) },
]) {
  describe(name, () => {
    const traceId = name === 'ottrace' ? TRACE_ID.slice(16).padStart(32, '0') : TRACE_ID;
    for (const sampled of [true, false]) {
      test(`passes on a span that is ${sampled ? '' : 'not '}sampled, and reads it`, () => {
        const context = trace.setSpanContext(ROOT_CONTEXT, { ...SPAN, traceFlags: Number(sampled) });
        assert.deepEqual(sent(name, { context }), header(sampled));
        assert.deepEqual(received(name, header(sampled)).span, { traceId, spanId: SPAN_ID, traceFlags: Number(sampled), isRemote: true });
      });
    }

    test('names its fields', () => {
      assert.deepEqual(createPropagator({ propagators: [name], baggageHosts: [] }).fields(), fields);
    });

    test('sends nothing without a valid span, nor where nothing is traced', () => {
      for (const context of [
        ROOT_CONTEXT,
        trace.setSpanContext(ROOT_CONTEXT, { ...SPAN, spanId: '0'.repeat(16) }),
        trace.setSpanContext(UNTRACED, SPAN),
      ])
        assert.deepEqual(sent(name, { context }), {});
    });

    test('reads nothing from what is malformed', () => {
      for (const text of [
        '',
        'x',
        '0',
        ':::',
        `${TRACE_ID}:${SPAN_ID}`,
        `${'0'.repeat(32)}:${SPAN_ID}:0:1`,
        `${TRACE_ID}0:${SPAN_ID}:0:1`,
        `${TRACE_ID}:0:0:1`,
        '%',
        '%e0%a4%a',
        ';;=;',
        `${XRAY}x`,
      ]) {
        const headers = Object.fromEntries(fields.map((field) => [field, text]));
        assert.equal(received(name, headers).span, undefined, text);
      }
    });
  });
}

test('xray does what the official propagator does', () => {
  const { AWSXRayPropagator } = requireBundled('@opentelemetry/propagator-aws-xray', '@opentelemetry/instrumentation-aws-lambda') as {
    AWSXRayPropagator: new () => import('@opentelemetry/api').TextMapPropagator;
  };
  for (const value of [`${XRAY}1`, `${XRAY}0`, `${XRAY}?`, `Self=1; ${XRAY}1; Lineage=a`, [`${XRAY}1`], 'Root=2']) {
    const official = new AWSXRayPropagator().extract(ROOT_CONTEXT, { 'x-amzn-trace-id': value }, defaultTextMapGetter);
    assert.deepEqual(received('xray', { 'x-amzn-trace-id': value }).span, trace.getSpanContext(official));
  }
});

test('jaeger: leading zeros may be missing, all of it may be percent-encoded, of the flags the first counts', () => {
  for (const [text, traceId, spanId, traceFlags] of [
    ['af:1:0:3', 'af'.padStart(32, '0'), '1'.padStart(16, '0'), 1],
    [`${TRACE_ID}%3A${SPAN_ID}%3A0%3A1`, TRACE_ID, SPAN_ID, 1],
    [`${TRACE_ID.toUpperCase()}:${SPAN_ID}:${SPAN_ID}:02`, TRACE_ID, SPAN_ID, 0],
    [`${TRACE_ID}:${SPAN_ID}:0:f`, TRACE_ID, SPAN_ID, 1],
  ] as const) {
    assert.deepEqual(received('jaeger', { 'uber-trace-id': text }).span, { traceId, spanId, traceFlags, isRemote: true });
  }
});

describe('baggage in headers of its own', () => {
  const context = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, SPAN), BAGGAGE);
  const baggageOf = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => /^(uberctx|ot-baggage)-/.test(name)));

  test('is sent to the hosts that were named, as far as a header can say it', () => {
    assert.deepEqual(baggageOf(sent('jaeger', { context })), {
      'uberctx-user': 'a%20b',
      'uberctx-euro': '%E2%82%AC',
      'uberctx-lines': 'x%0D%0Ay',
    });
    assert.deepEqual(baggageOf(sent('ottrace', { context })), { 'ot-baggage-user': 'a b' });
    for (const name of ['jaeger', 'ottrace']) {
      assert.deepEqual(baggageOf(sent(name, { context, baggageHosts: [] })), {});
      assert.deepEqual(baggageOf(sent(name, { context, baggageHosts: ['elsewhere'] })), {});
    }
  });

  test('is read, and stays within bounds', () => {
    assert.deepEqual(received('jaeger', { 'uberctx-user': 'a%20b', 'uberctx-x': '%', 'uberctx-': 'no name' }).baggage, {
      user: 'a b',
      x: '%',
    });
    const ids = { 'ot-tracer-traceid': TRACE_ID.slice(16), 'ot-tracer-spanid': SPAN_ID };
    assert.deepEqual(received('ottrace', { ...ids, 'ot-baggage-user': 'a b' }).baggage, { user: 'a b' });
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`uberctx-k${i}`, 'x'.repeat(100)]));
    const kept = Object.entries(received('jaeger', many).baggage);
    assert.ok(kept.length > 10 && kept.length <= 180);
    assert.ok(kept.flat().join('').length <= 8192);
  });
});
