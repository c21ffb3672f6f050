import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { createReporter } from '../../../../src/diagnostics/reporter.ts';
import { CARDINALITY_LIMIT, cardinalityMessage, growingAttribute, watchCardinality } from '../../../../src/engine/metrics/cardinality.ts';
import { startMetrics } from '../../../../src/engine/metrics/metrics.ts';
import { METRIC_OVERFLOW } from '../../../../src/names/metrics/telemetry.ts';
import { keepIn, type CollectedMetric } from './collected.ts';

const ORDERS = { name: 'orders', temporality: 'cumulative' } as const;
const orders = (count: number) => Array.from({ length: count }, (_, index) => ({ route: `/${index % 3}`, 'user.id': `user ${index}` }));

function listen() {
  const said: string[] = [];
  const reporter = createReporter({ level: 'warn', forPerson: true, write: (line) => said.push(line) });
  return { reporter, said };
}

test('the attribute that grows is the one with the most different values, whatever their type', () => {
  assert.deepEqual(growingAttribute(orders(10)), { key: 'user.id', values: 10 });
  assert.deepEqual(growingAttribute([{ ids: [1] }, { ids: [2] }, { ids: [1] }, { 'otel.metric.overflow': true }]), {
    key: 'ids',
    values: 2,
  });
  assert.equal(growingAttribute([{}]), undefined);
});

test('a metric is named when it comes near the limit and when it goes beyond, once each', () => {
  const { reporter, said } = listen();
  const watch = watchCardinality(reporter);
  for (const size of [1, 1599, 1600, 1700, 1999, CARDINALITY_LIMIT, 5000, 1700]) {
    const attributeSets = orders(Math.min(size, CARDINALITY_LIMIT));
    watch.grew({ descriptor: ORDERS as never, limit: CARDINALITY_LIMIT, size, attributeSets });
    watch.lookNow();
  }
  assert.equal(said.length, 2, said.join(''));
  assert.match(
    said[0] ?? '',
    /The metric "orders" must have fewer than 2000 .* but has 1600: its attribute "user\.id" has 1600 different values\./,
  );
  assert.match(said[0] ?? '', /Beyond it, values will be recorded without attributes/);
  assert.match(said[1] ?? '', /has 2000.* What goes beyond is recorded without attributes/);
});

test('attributes are not looked at while there is nothing to say', () => {
  const watch = watchCardinality(listen().reporter);
  watch.grew({
    descriptor: ORDERS as never,
    limit: CARDINALITY_LIMIT,
    size: 1599,
    get attributeSets() {
      return assert.fail('looked at');
    },
  });
  watch.lookNow();
});

test('a message never holds a value', () => {
  assert.doesNotMatch(cardinalityMessage(ORDERS, CARDINALITY_LIMIT, 1600, orders(1600)), /user \d/);
});

test('in delta the limit is one of an interval', () => {
  assert.match(cardinalityMessage({ name: 'orders', temporality: 'delta' }, 10, 10, orders(10)), /What goes beyond within one interval is/);
});

for (const kind of ['counter', 'histogram', 'observed gauge'] as const) {
  test(`a ${kind} that is given too many attributes is named, once, and what goes beyond is counted`, async () => {
    const { reporter, said } = listen();
    const collected: CollectedMetric[] = [];
    const pipeline = startMetrics({ config: loadConfig({}).config, reporter, writer: keepIn(collected) });
    const meter = pipeline.meterProvider.getMeter('shop');
    const counter = meter.createCounter('orders');
    const histogram = meter.createHistogram('seconds');
    if (kind === 'observed gauge')
      meter.createObservableGauge('seen').addCallback((result) => orders(5000).forEach((attributes) => result.observe(1, attributes)));
    else
      for (const attributes of orders(5000)) {
        if (kind === 'counter') counter.add(1, attributes);
        else histogram.record(1, attributes);
      }
    await pipeline.collect();
    pipeline.stop();
    assert.match(said.at(-1) ?? '', /must have fewer than 2000 .* its attribute "user\.id" has 1999 different values/);
    assert.equal(said.length, 1, said.join(''));
    const points = collected[0]?.points ?? [];
    assert.equal(points.length, CARDINALITY_LIMIT);
    const overflow = points.find(({ attributes }) => attributes['otel.metric.overflow'] === true);
    const count = { counter: 3001, histogram: 3001, 'observed gauge': 1 }[kind];
    assert.equal(typeof overflow?.value === 'object' ? (overflow.value as { count: number }).count : overflow?.value, count);
  });
}

/** Measurements that found no room, by metric, as the metric of them has it last. */
function overflowIn(collected: readonly CollectedMetric[]): Record<string, unknown> {
  const metric = collected.findLast(({ descriptor }) => descriptor.name === METRIC_OVERFLOW.name);
  return Object.fromEntries(metric?.points.map(({ attributes, value }) => [attributes['signalbox.metric.name'], value]) ?? []);
}

function startLimited(settings: Record<string, string> = {}) {
  const collected: CollectedMetric[] = [];
  const { config } = loadConfig(settings);
  const views = [{ instrumentName: '*', cardinalityLimit: 11 }];
  const metrics = startMetrics({
    config: { ...config, metrics: { ...config.metrics, views } },
    reporter: createReporter({ level: 'none' }),
    writer: keepIn(collected),
  });
  return { collected, metrics, meter: metrics.meterProvider.getMeter('shop') };
}

test('what goes beyond is a metric: how many measurements, by the metric that they were of', async (t) => {
  const { collected, metrics, meter } = startLimited();
  t.after(metrics.stop);
  const counter = meter.createCounter('orders');
  meter.createHistogram('calm').record(1, { route: '/' });
  await metrics.collect();
  assert.deepEqual(overflowIn(collected), {}, 'nothing is said while there is room');

  for (const attributes of orders(30)) counter.add(5, attributes);
  const histogram = meter.createHistogram('seconds', { advice: { explicitBucketBoundaries: [1] } });
  for (const attributes of orders(15)) histogram.record(0.5, attributes);
  await metrics.collect();
  assert.deepEqual(overflowIn(collected), { orders: 20, seconds: 5 });

  counter.add(5, { 'user.id': 'another one' });
  counter.add(5, orders(1)[0]);
  await metrics.collect();
  assert.deepEqual(overflowIn(collected), { orders: 21, seconds: 5 });
  const { descriptor } = collected.findLast((metric) => metric.descriptor.name === METRIC_OVERFLOW.name) ?? assert.fail('there is none');
  assert.deepEqual(
    { unit: descriptor.unit, description: descriptor.description, isMonotonic: descriptor.isMonotonic },
    { unit: METRIC_OVERFLOW.unit, description: METRIC_OVERFLOW.description, isMonotonic: true },
  );
});

test('what goes beyond is counted from the first collection on, at the end of a process too', (t) => {
  const { collected, metrics, meter } = startLimited();
  t.after(metrics.stop);
  for (const attributes of orders(12)) meter.createCounter('orders').add(1, attributes);
  metrics.collectNow();
  assert.deepEqual(overflowIn(collected), { orders: 2 });
});

test('what is observed and goes beyond is counted with each collection', async (t) => {
  const { collected, metrics, meter } = startLimited();
  t.after(metrics.stop);
  meter.createObservableGauge('seen').addCallback((result) => orders(13).forEach((attributes) => result.observe(1, attributes)));
  await metrics.collect();
  await metrics.collect();
  await metrics.collect();
  assert.deepEqual(overflowIn(collected), { seen: 6 }, 'what one collection sees, the next one writes');
});

test('in delta too, also of sets that were in the interval before', async (t) => {
  const { collected, metrics, meter } = startLimited({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' });
  t.after(metrics.stop);
  const counter = meter.createCounter('orders');
  const total = (): number =>
    collected
      .filter(({ descriptor }) => descriptor.name === METRIC_OVERFLOW.name)
      .flatMap(({ points }) => points.map(({ value }) => value as number))
      .reduce((sum, value) => sum + value, 0);
  for (const attributes of orders(12)) counter.add(1, attributes);
  await metrics.collect();
  for (const attributes of orders(14).toReversed()) counter.add(1, attributes);
  await metrics.collect();
  assert.equal(total(), 6);
});

test('several readers count once: a measurement that went beyond for both is one', async (t) => {
  const { collected, metrics, meter } = startLimited({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' });
  t.after(metrics.stop);
  const scraped: CollectedMetric[] = [];
  const source = metrics.openSource();
  for (const attributes of orders(12)) meter.createCounter('orders').add(1, attributes);
  await source.collect(keepIn(scraped));
  assert.deepEqual(overflowIn(scraped), { orders: 2 });
  await metrics.collect();
  assert.deepEqual(overflowIn(collected), { orders: 2 });
});
