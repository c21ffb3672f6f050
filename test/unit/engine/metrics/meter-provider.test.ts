import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes, BatchObservableCallback, ObservableCallback } from '@opentelemetry/api';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { createReporter } from '../../../../src/diagnostics/reporter.ts';
import { startMetrics } from '../../../../src/engine/metrics/metrics.ts';
import { jsonEncoder } from '../../../../src/otlp/encode/json-encoder.ts';
import { protobufEncoder } from '../../../../src/otlp/encode/protobuf-encoder.ts';
import { HOSTILE_VALUES, sizeOf } from '../../values/hostile-values.ts';
import { keepIn, type CollectedMetric } from './collected.ts';

type Anything = never;

interface Point {
  readonly name: string;
  readonly value: unknown;
  readonly attributes: Attributes;
}

function start() {
  const said: string[] = [];
  const reporter = createReporter({ level: 'warn', forPerson: true, write: (line) => said.push(line) });
  const collected: CollectedMetric[] = [];
  const records: Uint8Array[] = [];
  const writers = [protobufEncoder, jsonEncoder].map((encoder) =>
    encoder.createMetricWriter({ redact: (_key, value) => value, maxBytes: 1e6, onRecord: (_scope, record) => records.push(record) }),
  );
  const kept = keepIn(collected);
  const writer = {} as Record<keyof typeof kept, (...args: never[]) => void>;
  for (const method of Object.keys(kept) as (keyof typeof kept)[])
    writer[method] = (...args) => {
      for (const each of [kept, ...writers]) (each[method] as (...args: never[]) => void)(...args);
    };
  const { config } = loadConfig({ OTEL_METRIC_EXPORT_INTERVAL: '3600000' });
  const metrics = startMetrics({ config, reporter, writer: writer as typeof kept });
  const provider = metrics.meterProvider;
  const readMetrics = async (): Promise<CollectedMetric[]> => {
    collected.length = 0;
    await metrics.collect();
    return [...collected];
  };
  const read = async (): Promise<Point[]> => {
    const all = await readMetrics();
    return all.flatMap(({ descriptor: { name }, points }) =>
      points.map(({ value, attributes }) => ({
        name,
        value: typeof value === 'object' ? (value as { sum: number }).sum : value,
        attributes,
      })),
    );
  };
  return { provider, said, read, readMetrics, records, meter: provider.getMeter('m', '1.0') };
}

test('ordinary measurements pass unchanged', async () => {
  const { meter, read, readMetrics } = start();
  const attributes = { a: 'x', b: 1, c: true };
  meter.createCounter('counter', { unit: '1', description: 'd' }).add(2, attributes);
  meter.createUpDownCounter('up_down').add(-2, attributes);
  meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: [1, 2] } }).record(1.5, attributes);
  meter.createGauge('gauge', { valueType: 0 }).record(7, attributes);
  meter.createObservableCounter('observed').addCallback((result) => result.observe(3, attributes));
  assert.deepEqual(
    await read(),
    [
      ['counter', 2],
      ['up_down', -2],
      ['histogram', 1.5],
      ['gauge', 7],
      ['observed', 3],
    ].map(([name, value]) => ({ name, value, attributes })),
  );
  const [counter, , histogram] = await readMetrics();
  assert.deepEqual([counter?.descriptor.unit, counter?.descriptor.description], ['1', 'd']);
  assert.partialDeepStrictEqual(histogram?.points[0]?.value as object, { bounds: [1, 2] });
});

test('a meter and its scope are the same for the same name', () => {
  const { provider, meter } = start();
  assert.equal(provider.getMeter('m', '1.0'), meter);
  assert.notEqual(provider.getMeter('m', '2.0'), meter);
});

test('attributes are kept as they were at the call', async () => {
  const { meter, read } = start();
  const attributes = { route: '/a' };
  const counter = meter.createCounter('c');
  counter.add(1, attributes);
  attributes.route = '/b';
  counter.add(1, attributes);
  assert.deepEqual(
    (await read()).map(({ attributes: { route } }) => route),
    ['/a', '/b'],
  );
});

test('values that no number is are ignored, a BigInt is one', async () => {
  const { meter, read } = start();
  const counter = meter.createCounter('counter');
  const histogram = meter.createHistogram('histogram');
  const upDown = meter.createUpDownCounter('up_down');
  for (const value of [1, 2n, NaN, Infinity, -Infinity, -5, '7', null, undefined, {}, Symbol('s'), [9]] as number[]) {
    counter.add(value);
    histogram.record(value);
    upDown.add(value);
  }
  assert.deepEqual(
    (await read()).map(({ name, value }) => [name, value]),
    [
      ['counter', 3],
      ['histogram', 3],
      ['up_down', -2],
    ],
  );
});

test('attribute values become what series can be told apart by', async () => {
  const { meter, read } = start();
  meter.createCounter('c').add(1, {
    big: 5n,
    map: { a: [1n] },
    list: ['a', 1],
    date: new Date(0),
    long: 'x'.repeat(2000),
    bytes: new Uint8Array([1]),
    undefined: undefined,
    symbol: Symbol('s'),
    torn: 'a\ud800',
    get thrower(): never {
      throw new Error('getter');
    },
  });
  assert.deepEqual((await read())[0]?.attributes, {
    big: '5',
    map: '{"a":["1"]}',
    list: ['a', 1],
    date: '1970-01-01T00:00:00.000Z',
    long: 'x'.repeat(1024),
    bytes: '{"0":1}',
    torn: 'a\ufffd',
  });
});

test('a callback that throws, rejects or goes on observing spoils no collection', async () => {
  const { meter, read } = start();
  const error = new Error('of the application');
  const throwingThenable = new Proxy(
    {},
    {
      get: () => {
        throw error;
      },
    },
  );
  meter.createObservableGauge('throws').addCallback((result) => {
    result.observe(1);
    throw error;
  });
  meter.createObservableGauge('rejects').addCallback(async (result) => {
    result.observe(2);
    throw error;
  });
  meter.createObservableGauge('thenable').addCallback(() => throwingThenable as Anything);
  let late: (() => void) | undefined;
  meter.createObservableGauge('late').addCallback((result) => {
    result.observe(3);
    late = () => result.observe(4);
  });
  meter.createObservableGauge('flood').addCallback((result) => {
    for (let i = 0; i < 100_000; i++) result.observe(i, { i });
  });
  const points = await read();
  assert.deepEqual(
    points.filter(({ name }) => name !== 'flood').map(({ name, value }) => [name, value]),
    [
      ['throws', 1],
      ['rejects', 2],
      ['late', 3],
    ],
  );
  assert.ok(points.length < 2010, `${points.length} series`);
  late?.();
});

test('a callback that fails is named, each metric once', async () => {
  const { meter, read, said } = start();
  const fail = (): never => {
    throw new Error('no connection');
  };
  meter.createObservableGauge('jobs').addCallback(fail);
  meter.createObservableGauge('workers').addCallback(() => Promise.reject(new Error('gone')));
  meter.createObservableGauge({ toString: fail } as Anything).addCallback(fail);
  meter.addBatchObservableCallback(fail, [meter.createObservableGauge('a')]);
  await read();
  await read();
  assert.deepEqual(said.map((line) => /A callback of (.*?)\. What/.exec(line)?.[1]).sort(), [
    'several metrics of "m" failed: no connection',
    'the metric "jobs" failed: no connection',
    'the metric "workers" failed: gone',
  ]);
});

test('a callback is added once and can be removed', async () => {
  const { meter, read } = start();
  let calls = 0;
  const callback: ObservableCallback = (result) => result.observe(++calls);
  const [gauge, other] = [meter.createObservableGauge('gauge'), meter.createObservableGauge('other')];
  gauge.addCallback(callback);
  gauge.addCallback(callback);
  other.addCallback(callback);
  await read();
  assert.equal(calls, 2);
  gauge.removeCallback(callback);
  await read();
  assert.equal(calls, 3);
  other.removeCallback(callback);
  await read();
  assert.equal(calls, 3);
});

test('a batch callback observes its instruments and can be removed', async () => {
  const { meter, read } = start();
  const [a, b, c] = [meter.createObservableGauge('a'), meter.createObservableCounter('b'), meter.createObservableUpDownCounter('c')];
  let calls = 0;
  const callback: BatchObservableCallback = (result) => {
    calls++;
    result.observe(a, 1, { k: 'v' });
    result.observe(b, 2, { big: 1n });
    result.observe(c, 3);
    result.observe({} as Anything, 4);
    throw new Error('of the application');
  };
  meter.addBatchObservableCallback(callback, [a, b]);
  meter.addBatchObservableCallback(callback, [a, b]);
  const expected = [
    { name: 'a', value: 1, attributes: { k: 'v' } },
    { name: 'b', value: 2, attributes: { big: '1' } },
  ];
  assert.deepEqual(await read(), expected);
  assert.equal(calls, 1);
  meter.removeBatchObservableCallback(callback, [a]);
  await read();
  assert.equal(calls, 2);
  meter.removeBatchObservableCallback(callback, [a, b]);
  await read();
  assert.equal(calls, 2);
});

test('names without end give instruments and meters that do nothing, which is said once', async () => {
  const { provider, meter, read, said } = start();
  for (let i = 0; i < 3000; i++) meter.createCounter(`c${i}`).add(1);
  meter.createCounter('c0').add(1);
  assert.equal((await read()).length, 2048);
  for (let i = 0; i < 3000; i++) provider.getMeter(`m${i}`).createCounter('c').add(1);
  assert.equal((await read()).length, 2048 + 1023);
  assert.deepEqual(said, [
    'signalbox: A meter must have at most 2048 instruments, but "m" was asked for one more: "c2048". It records nothing. Name an instrument after what it measures, and put what varies into attributes.\n',
    'signalbox: There must be at most 1024 meters, but one more was asked for: "m1023". Its instruments record nothing. Name a meter after the code that measures, and put what varies into attributes.\n',
  ]);
});

test('a callback that observes without end is named', async () => {
  const { meter, read, said } = start();
  const [single, batched] = [meter.createObservableGauge('single'), meter.createObservableGauge('batched')];
  const flood = (count: number) => (observe: (value: number) => void) => {
    for (let value = 0; value < count; value++) observe(value);
  };
  single.addCallback((result) => flood(10_000)((value) => result.observe(value)));
  await read();
  assert.deepEqual(said, []);
  meter.addBatchObservableCallback((result) => flood(10_001)((value) => result.observe(batched, value)), [batched]);
  await read();
  assert.match(said.join(), /^signalbox: A metric's callback must observe at most 10000 values each time, but one of "m" observed more\./);
  assert.equal(said.length, 1);
});

for (const [name, value] of HOSTILE_VALUES) {
  test(`${name} harms no metric`, async () => {
    const { provider, meter, read, readMetrics, records } = start();
    const given = value as Anything;
    for (const each of [
      meter,
      provider.getMeter(given),
      provider.getMeter('x', given),
      provider.getMeter('x', '1', given),
      provider.getMeter('x', '1', { schemaUrl: given }),
    ]) {
      for (const options of [
        given,
        { description: given, unit: given, valueType: given, advice: given },
        { advice: { explicitBucketBoundaries: given } },
      ]) {
        each.createCounter(given, options).add(1);
        each.createCounter('counter', options).add(given);
        each.createUpDownCounter('up_down', options).add(given, given, given);
        each.createHistogram('histogram', options).record(given, given, given);
        each.createGauge('gauge', options).record(1, given, given);
        each.createGauge('gauge', options).record(1, { key: given, list: [value] });
        const observable = each.createObservableGauge('observable', options);
        observable.addCallback(given);
        observable.addCallback((result) => result.observe(given, given));
        observable.addCallback((result) => result.observe(1, { key: given }));
        observable.addCallback(() => given);
        observable.removeCallback(given);
        each.addBatchObservableCallback(given, given);
        each.addBatchObservableCallback(given, [observable]);
        each.addBatchObservableCallback((result) => result.observe(given, given, given), [observable, given]);
        each.addBatchObservableCallback((result) => result.observe(observable, 1, given), given);
        each.removeBatchObservableCallback(given, given);
      }
    }
    meter.createCounter('good').add(5, { a: 1 });
    const points = await read();
    assert.deepEqual(
      points.filter((point) => point.name === 'good'),
      [{ name: 'good', value: 5, attributes: { a: 1 } }],
    );
    for (const { attributes, value: number } of points) {
      assert.ok(sizeOf(attributes) < 200_000);
      assert.ok(!Number.isNaN(number));
    }
    records.length = 0;
    const metrics = await readMetrics();
    assert.equal(records.length, 2 * metrics.length);
    assert.ok(records.every(({ length }) => length > 0));
  });
}
