import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryMeta } from '../../../src/receiver/exchange.ts';
import type { ReceivedLog, ReceivedMetric, ReceivedSpan } from '../../../src/otlp/decode/model.ts';
import { createStore, type Store } from '../../../src/receiver/store.ts';
import { expectedLogs, expectedMetrics, expectedSpans } from '../otlp/decode/rich-records.ts';

const meta = {} as DeliveryMeta;
const [baseSpan] = expectedSpans as [ReceivedSpan];
const [baseLog] = expectedLogs as [ReceivedLog];
const [metric] = expectedMetrics as [ReceivedMetric];
const span = (traceId: string, name = 'span'): ReceivedSpan => ({ ...baseSpan, traceId, name });
const log = (traceId: string, body: string): ReceivedLog => ({ ...baseLog, traceId, body });
const add = (store: Store, ...spans: ReceivedSpan[]) => store.handlers.onTraces?.(spans, meta);

test('records are kept in the order in which they came, and found by trace', () => {
  const store = createStore();
  add(store, span('a', '1'), span('b', '2'));
  add(store, span('a', '3'));
  store.handlers.onLogs?.([log('c', 'hello'), log('a', 'world')], meta);
  store.handlers.onMetrics?.([metric], meta);
  assert.deepEqual(
    store.spans().map(({ name }) => name),
    ['1', '2', '3'],
  );
  assert.deepEqual(
    store.spansOf('a').map(({ name }) => name),
    ['1', '3'],
  );
  assert.deepEqual(
    store.logsOf('a').map(({ body }) => body),
    ['world'],
  );
  assert.deepEqual(store.spansOf('unknown'), []);
  assert.deepEqual(store.traceIds(), ['a', 'b', 'c']);
  assert.deepEqual(store.metrics(), [metric]);
  assert.deepEqual(store.evicted(), { spans: 0, logs: 0, metrics: 0 });
});

test('the oldest records make room for newer ones, and are counted', () => {
  const maxBytes = 100_000;
  const store = createStore({ maxBytes });
  for (let index = 0; index < 1_000; index++) {
    add(store, span(`trace ${index}`, String(index)));
    assert(store.bytes() <= maxBytes);
  }
  const kept = store.spans().map(({ name }) => Number(name));
  assert(kept.length > 10 && kept.length < 500);
  assert.deepEqual(
    kept,
    Array.from({ length: kept.length }, (_, index) => 1_000 - kept.length + index),
  );
  assert.deepEqual(store.evicted(), { spans: 1_000 - kept.length, logs: 0, metrics: 0 });
  assert.deepEqual(store.traceIds().length, kept.length, 'no index outlives its record');
  assert.deepEqual(store.spansOf('trace 0'), []);
  assert.equal(store.spansOf('trace 999').length, 1);
});

test('a flood of one signal does not throw out the others', () => {
  const store = createStore({ maxBytes: 100_000 });
  add(store, span('a'));
  for (let index = 0; index < 1_000; index++) store.handlers.onMetrics?.([metric], meta);
  for (let index = 0; index < 1_000; index++) store.handlers.onLogs?.([log('b', 'x')], meta);
  assert.equal(store.spans().length, 1);
  const { logs, metrics } = store.evicted();
  assert(logs > 0 && metrics > 0);
});

test('a record that alone is over the bound is not kept and throws out nothing', () => {
  const store = createStore({ maxBytes: 100_000 });
  add(store, span('a'), span('b', 'x'.repeat(200_000)));
  assert.deepEqual(store.traceIds(), ['a']);
  assert.equal(store.evicted().spans, 1);
});

test('large values, keys and resources count', () => {
  const grow = (change: Partial<ReceivedSpan>) => {
    const store = createStore();
    add(store, { ...span('a'), ...change });
    return store.bytes();
  };
  const plain = grow({});
  for (const change of [
    { attributes: { text: 'x'.repeat(10_000) } },
    { attributes: { ['k'.repeat(10_000)]: 1 } },
    { attributes: { bytes: new Uint8Array(10_000) } },
    { attributes: { list: Array.from({ length: 1_000 }, () => 1) } },
    { resource: { text: 'x'.repeat(10_000) } },
  ]) {
    assert(grow(change) > plain + 5_000, Object.keys(change)[0]);
  }
});

test('a resource that records share counts once', () => {
  const store = createStore();
  const resource = { text: 'x'.repeat(100_000) };
  add(store, { ...span('a'), resource });
  const before = store.bytes();
  add(store, { ...span('b'), resource });
  assert(store.bytes() - before < 100_000);
});

test('clear empties everything', () => {
  const store = createStore();
  add(store, span('a'));
  store.handlers.onLogs?.([log('a', 'x')], meta);
  store.clear();
  assert.deepEqual([store.spans(), store.logs(), store.traceIds(), store.bytes()], [[], [], [], 0]);
});

test('waitFor answers at once when it is there already', async () => {
  const store = createStore();
  add(store, span('a'));
  assert.equal(await store.waitFor(({ spans }) => spans()[0]?.traceId), 'a');
});

test('waitFor answers when it arrives, and stops asking then', async () => {
  const store = createStore();
  let asked = 0;
  const found = store.waitFor(({ spans }) => {
    asked++;
    return spans().find(({ name }) => name === 'second');
  });
  add(store, span('a', 'first'));
  add(store, span('a', 'second'));
  add(store, span('a', 'third'));
  assert.equal((await found).name, 'second');
  assert.equal(asked, 3);
});

test('waitFor that waits in vain says what was there', async () => {
  const store = createStore();
  add(store, span('a', 'GET /a'), span('a', 'GET /a'), span('b', 'GET /b'));
  store.handlers.onLogs?.([log('a', 'hello')], meta);
  await assert.rejects(
    store.waitFor(() => false, { timeoutMs: 1, what: 'a span named "POST /"' }),
    {
      message:
        'The store must receive a span named "POST /" within 1 ms, did not. ' +
        'It has 3 spans ("GET /a", "GET /b"), 1 log records ("hello"), 0 metrics.',
    },
  );
});

test('waitFor rejects with what its probe throws, at once or later', async () => {
  const store = createStore();
  const fail = (): never => {
    throw new Error('probe');
  };
  await assert.rejects(store.waitFor(fail), /probe/);
  const later = store.waitFor(({ spans }) => (spans().length === 0 ? false : fail()));
  add(store, span('a'));
  await assert.rejects(later, /probe/);
});

test('a listener is called after each arrival until it leaves, and may throw', () => {
  const store = createStore();
  let calls = 0;
  const listen = () => {
    calls++;
    throw new Error('listener');
  };
  const leaveFirst = store.subscribe(listen);
  const leaveSecond = store.subscribe(listen);
  add(store, span('a'));
  leaveFirst();
  add(store, span('a'));
  leaveSecond();
  add(store, span('a'));
  assert.equal(calls, 3);
});
