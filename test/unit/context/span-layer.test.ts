import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context } from '@opentelemetry/api';
import { RPC_METADATA } from '../../../src/context/context-keys.ts';
import { requestContext } from '../../../src/context/span-layer.ts';
import { api } from '../../../src/runtime/otel.ts';

const [x, y] = ['x', 'y'].map((name) => api.createContextKey(name)) as [symbol, symbol];
const spanOf = (digit: string) => api.trace.wrapSpanContext({ traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: 1 });
const [first, second] = [spanOf('1'), spanOf('2')];
const request = { type: 'http' };
const below = api.ROOT_CONTEXT.setValue(x, 'below');

const contexts = (): [ours: Context, official: Context] => [
  requestContext(below, first, request),
  api.trace.setSpan(below, first).setValue(RPC_METADATA, request),
];
const valuesIn = (context: Context): unknown[] => [
  api.trace.getSpan(context),
  context.getValue(RPC_METADATA),
  context.getValue(x),
  context.getValue(y),
  api.propagation.getBaggage(context),
];

test('a context of a request holds what one of the API holds, whatever is made from it', () => {
  const steps: ((context: Context) => Context)[] = [
    (context) => context,
    (context) => api.trace.setSpan(context, second),
    (context) => api.trace.deleteSpan(context),
    (context) => context.setValue(RPC_METADATA, { type: 'other' }),
    (context) => context.deleteValue(RPC_METADATA),
    (context) => context.setValue(y, 'above').setValue(x, undefined),
    (context) => context.setValue(y, 'above').deleteValue(y).deleteValue(x),
    (context) => api.propagation.setBaggage(context, api.propagation.createBaggage({ key: { value: 'v' } })),
  ];
  for (const one of steps)
    for (const other of steps) {
      const [ours, official] = contexts().map((context) => other(one(context))) as [Context, Context];
      assert.deepEqual(valuesIn(ours), valuesIn(official));
    }
});

test('it never changes, and serves through what applications put around it', () => {
  const [context] = contexts();
  const before = valuesIn(context);
  context.setValue(x, 'other').setValue(y, 'other');
  api.trace.setSpan(context, second);
  context.deleteValue(x);
  assert.deepEqual(valuesIn(context), before);
  for (const wrapper of [new Proxy(context, {}), Object.create(context) as Context]) {
    assert.deepEqual(valuesIn(wrapper), before);
    assert.equal(wrapper.setValue(y, 'above').getValue(y), 'above');
  }
});

test('a hundred thousand contexts, each made from the one before, are no chain', () => {
  let [context] = contexts();
  for (let i = 0; i < 100_000; i++) context = api.trace.setSpan(context, i % 2 === 0 ? first : second);
  assert.equal(context.getValue(x), 'below');
  for (let i = 0; i < 1000; i++) context = context.setValue(y, i);
  assert.equal(context.getValue(y), 999);
});
