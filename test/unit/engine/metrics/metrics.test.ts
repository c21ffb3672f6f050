import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { createReporter } from '../../../../src/diagnostics/reporter.ts';
import { startMetrics } from '../../../../src/engine/metrics/metrics.ts';
import { require } from '../../../../src/runtime/otel.ts';
import { keepIn, type CollectedMetric } from './collected.ts';

const PIPELINE = fileURLToPath(new URL('../../../../src/engine/metrics/metrics-pipeline.ts', import.meta.url));

function start(env: Readonly<Record<string, string>> = {}) {
  const { config } = loadConfig({ OTEL_METRIC_EXPORT_INTERVAL: '3600000', ...env });
  const exported: CollectedMetric[] = [];
  const said: string[] = [];
  const reporter = createReporter({ level: 'warn', forPerson: true, write: (line) => said.push(line) });
  const pipeline = startMetrics({ config, reporter, writer: keepIn(exported) });
  const named = (name: string) => exported.filter(({ descriptor }) => descriptor.name === name);
  return { pipeline, meterProvider: pipeline.meterProvider, exported, named, said };
}

const values = (metric: CollectedMetric | undefined): unknown[] => metric?.points.map(({ value }) => value) ?? [];

test('what collects is not loaded before something is recorded', async () => {
  assert.equal(require.cache[PIPELINE], undefined);
  const { pipeline, meterProvider, exported } = start();
  meterProvider.getMeter('shop').createCounter('orders');
  await pipeline.collect();
  pipeline.collectNow();
  pipeline.stop();
  assert.equal(require.cache[PIPELINE], undefined);
  assert.deepEqual(exported, []);
});

test('values with equal attributes are added up', async () => {
  const { pipeline, meterProvider, exported } = start();
  const counter = meterProvider.getMeter('shop').createCounter('orders', { unit: '{order}', description: 'Orders.' });
  counter.add(2, { route: '/a' });
  counter.add(3, { route: '/a' });
  await pipeline.collect();
  pipeline.stop();
  assert.deepEqual(
    exported.map((metric) => [metric.scope, metric.descriptor.name, metric.descriptor.unit, values(metric)]),
    [['shop', 'orders', '{order}', [5]]],
  );
});

test('at the end of the process everything recorded is collected at once, without a promise', () => {
  const { pipeline, meterProvider, named } = start();
  const meter = meterProvider.getMeter('shop');
  meter.createCounter('orders').add(1);
  meter.createHistogram('seconds', { advice: { explicitBucketBoundaries: [1, 2] } }).record(1.5);
  meter.createGauge('depth').record(7);
  meter.createUpDownCounter('open').add(-2);
  meter.createObservableGauge('observed').addCallback((result) => result.observe(9));
  const batched = meter.createObservableCounter('batched');
  meter.addBatchObservableCallback((result) => result.observe(batched, 11), [batched]);
  pipeline.collectNow();
  pipeline.stop();
  assert.deepEqual(values(named('orders')[0]), [1]);
  assert.partialDeepStrictEqual(values(named('seconds')[0])[0] as object, { bounds: [1, 2], counts: [0, 1, 0] });
  assert.deepEqual(values(named('depth')[0]), [7]);
  assert.deepEqual(values(named('open')[0]), [-2]);
  assert.deepEqual(values(named('observed')[0]), [9]);
  assert.deepEqual(values(named('batched')[0]), [11]);
});

test('observed values, single and in a batch, come with the next collection, and stop when their callback is removed', async () => {
  const { pipeline, meterProvider, named } = start();
  const meter = meterProvider.getMeter('shop');
  const one = meter.createObservableGauge('one');
  const many = [meter.createObservableCounter('first'), meter.createObservableUpDownCounter('second')] as const;
  one.addCallback((result) => result.observe(1, { kind: 'single' }));
  let calls = 0;
  const batch: Parameters<typeof meter.addBatchObservableCallback>[0] = (result) => {
    calls++;
    result.observe(many[0], 10);
    result.observe(many[1], 20);
  };
  meter.addBatchObservableCallback(batch, [...many]);
  await pipeline.collect();
  assert.deepEqual([values(named('one')[0]), values(named('first')[0]), values(named('second')[0])], [[1], [10], [20]]);
  meter.removeBatchObservableCallback(batch, [...many]);
  await pipeline.collect();
  pipeline.stop();
  assert.equal(named('one').length, 2);
  assert.equal(named('first').length, 1);
  assert.equal(calls, 1);
});

test('an integer instrument cuts fractions, and the clock that the application replaced is not asked', () => {
  const { pipeline, meterProvider, named } = start();
  const counter = meterProvider.getMeter('shop').createCounter('whole', { valueType: 0 });
  counter.add(1);
  const original = Date.now;
  Date.now = () => assert.fail('the global clock was asked');
  try {
    counter.add(2.9);
    pipeline.collectNow();
  } finally {
    Date.now = original;
  }
  pipeline.stop();
  assert.deepEqual(values(named('whole')[0]), [3]);
});

test('temporality and the default histogram follow the settings', async () => {
  const { pipeline, meterProvider, named } = start({
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
  });
  const meter = meterProvider.getMeter('shop');
  const counter = meter.createCounter('orders');
  counter.add(4);
  meter.createHistogram('seconds').record(2);
  await pipeline.collect();
  counter.add(1);
  await pipeline.collect();
  pipeline.stop();
  assert.deepEqual(named('orders').map(values), [[4], [1]]);
  assert.ok('zeroCount' in (values(named('seconds')[0])[0] as object));
});

test('a collection that is asked for during another follows it, and no value is missed', async () => {
  const { pipeline, meterProvider, named } = start();
  const meter = meterProvider.getMeter('shop');
  const counter = meter.createCounter('orders');
  const answers: (() => void)[] = [];
  meter.createObservableGauge('slow').addCallback(async (result) => {
    await new Promise<void>((resolve) => answers.push(resolve));
    result.observe(answers.length);
  });
  const first = pipeline.collect({ hold: true });
  const second = pipeline.collect({ hold: true });
  counter.add(1);
  while (answers.length === 0) await Promise.resolve();
  answers[0]?.();
  await first;
  counter.add(1);
  while (answers.length === 1) await Promise.resolve();
  answers[1]?.();
  await second;
  pipeline.stop();
  assert.deepEqual(named('slow').map(values), [[1], [2]]);
  assert.deepEqual(named('orders').map(values), [[1], [2]]);
});

test('a callback that does not answer is waited for once, and costs no other metric', async () => {
  const { pipeline, meterProvider, named } = start();
  const meter = meterProvider.getMeter('shop');
  meter.createObservableGauge('never').addCallback(() => new Promise(() => {}));
  const counter = meter.createCounter('orders');
  counter.add(1);
  await pipeline.collect({ limitMs: 20, hold: true });
  counter.add(1);
  // Nothing of this one is awaited, else the limit of an hour would hold the test.
  await pipeline.collect({ limitMs: 3_600_000 });
  pipeline.stop();
  assert.deepEqual(named('orders').map(values), [[1], [2]]);
});

test('at the end of the process a callback that had no time to answer keeps what it observed before', async () => {
  const { pipeline, meterProvider, named } = start();
  let value = 5;
  const slow = meterProvider.getMeter('shop').createObservableUpDownCounter('slow');
  slow.addCallback(async (result) => {
    await Promise.resolve();
    result.observe(value++);
  });
  await pipeline.collect();
  pipeline.collectNow();
  await pipeline.collect();
  pipeline.stop();
  assert.deepEqual(named('slow').map(values), [[5], [5], [7]]);
});

test('a set of attributes that is not observed any more ends, and so does what a removed callback observed', async () => {
  const { pipeline, meterProvider, named } = start();
  const gauge = meterProvider.getMeter('shop').createObservableGauge('rooms');
  let rooms = ['a', 'b'];
  const callback: Parameters<typeof gauge.addCallback>[0] = (result) => rooms.forEach((room) => result.observe(1, { room }));
  gauge.addCallback(callback);
  await pipeline.collect();
  rooms = ['b'];
  await pipeline.collect();
  gauge.removeCallback(callback);
  await pipeline.collect();
  pipeline.stop();
  assert.deepEqual(
    named('rooms').map(({ points }) => points.map(({ attributes: { room } }) => room)),
    [['a', 'b'], ['b']],
  );
});

test('a callback that does not answer is named, costs its own metric only, and is asked again when it has answered', async () => {
  const { pipeline, meterProvider, named, said } = start();
  const meter = meterProvider.getMeter('shop');
  let answer: (() => void) | undefined;
  let calls = 0;
  meter.createObservableGauge('hangs').addCallback(async (result) => {
    calls++;
    if (calls === 1) await new Promise<void>((resolve) => (answer = resolve));
    result.observe(calls);
  });
  meter.createObservableGauge('answers').addCallback((result) => result.observe(1));
  await pipeline.collect({ limitMs: 20, hold: true });
  await pipeline.collect({ limitMs: 3_600_000 });
  assert.equal(calls, 1);
  answer?.();
  await new Promise((resolve) => setImmediate(resolve));
  await pipeline.collect();
  pipeline.stop();
  assert.deepEqual(named('answers').map(values), [[1], [1], [1]]);
  assert.deepEqual(named('hangs').map(values), [[2]]);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /A callback of the metric "hangs" must settle within 20 ms \(OTEL_METRIC_EXPORT_TIMEOUT,/);
});

test('a scrape and the push do not disturb each other', async () => {
  const { pipeline, meterProvider, named } = start({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' });
  const source = pipeline.openSource();
  const scraped: CollectedMetric[] = [];
  const meter = meterProvider.getMeter('shop');
  const counter = meter.createCounter('orders');
  let total = 0;
  meter.createObservableCounter('bytes').addCallback((result) => result.observe((total += 10)));
  counter.add(1);
  await Promise.all([pipeline.collect(), source.collect(keepIn(scraped))]);
  counter.add(2);
  await source.collect(keepIn(scraped));
  await pipeline.collect();
  source.collectNow(keepIn(scraped));
  pipeline.stop();
  const scrapedOf = (name: string) => scraped.filter(({ descriptor }) => descriptor.name === name).flatMap(values);
  assert.deepEqual(named('orders').flatMap(values), [1, 2]);
  assert.deepEqual(scrapedOf('orders'), [1, 3, 3]);
  assert.deepEqual(scrapedOf('bytes'), [20, 30, 50]);
  assert.deepEqual(named('bytes').flatMap(values), [10, 30]);
});

test('a callback in which everything is collected is not called again by that, and others are', () => {
  const { pipeline, meterProvider, named } = start();
  const meter = meterProvider.getMeter('shop');
  meter.createCounter('orders').add(3);
  let calls = 0;
  meter.createObservableGauge('ends').addCallback((result) => {
    calls++;
    // As when it calls process.exit().
    pipeline.collectNow();
    result.observe(1);
  });
  meter.createObservableGauge('other').addCallback((result) => result.observe(2));
  pipeline.collectNow();
  pipeline.stop();
  assert.equal(calls, 1);
  assert.deepEqual([named('orders')[0], named('other')[0]].map(values), [[3], [2]]);
});
