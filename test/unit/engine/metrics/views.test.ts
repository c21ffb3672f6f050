import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../../src/config/load-config.ts';
import type { MetricView } from '../../../../src/config/metric-views.ts';
import { createReporter } from '../../../../src/diagnostics/reporter.ts';
import { startMetrics } from '../../../../src/engine/metrics/metrics.ts';
import { BIND, type Bindable } from '../../../../src/runtime/bound-instruments.ts';
import { keepIn, type CollectedMetric } from './collected.ts';

function start(metricViews: readonly MetricView[], env: Readonly<Record<string, string>> = {}) {
  const { config, problems } = loadConfig({ OTEL_METRIC_EXPORT_INTERVAL: '3600000', ...env }, { metricViews });
  const collected: CollectedMetric[] = [];
  const metrics = startMetrics({ config, reporter: createReporter({ level: 'none' }), writer: keepIn(collected) });
  const collect = (): CollectedMetric[] => {
    collected.length = 0;
    metrics.collectNow();
    return [...collected];
  };
  return { provider: metrics.meterProvider, meter: metrics.meterProvider.getMeter('shop', '1.0'), collect, problems };
}

const names = (metrics: readonly CollectedMetric[]): string[] => metrics.map(({ descriptor }) => descriptor.name);

test('a view renames, describes and drops', () => {
  const { meter, collect } = start([
    { instrumentName: 'orders', name: 'shop.orders', description: 'Of a view.' },
    { instrumentName: 'noisy.*', aggregation: 'drop' },
  ]);
  for (const name of ['Orders', 'noisy.one', 'noisy.two', 'other']) meter.createCounter(name).add(1);
  const metrics = collect();
  assert.deepEqual(names(metrics), ['shop.orders', 'other']);
  assert.equal(metrics[0]?.descriptor.description, 'Of a view.');
});

test('views select by kind, unit, meter and name with wildcards; each that selects makes a metric', () => {
  const { provider, meter, collect } = start([
    { instrumentName: 'a?c', aggregation: 'drop' },
    { instrumentType: 'gauge', aggregation: 'drop' },
    { instrumentUnit: 'By', aggregation: 'drop' },
    { meterName: 'bank', meterVersion: '2', aggregation: 'drop' },
    { instrumentName: 'twice', name: 'twice.one' },
    { instrumentName: 'twice', name: 'twice.two', attributeKeys: [] },
  ]);
  meter.createCounter('abc').add(1);
  meter.createCounter('abbc').add(1);
  meter.createGauge('gauge').record(1);
  meter.createCounter('bytes', { unit: 'By' }).add(1);
  provider.getMeter('bank', '2').createCounter('x').add(1);
  provider.getMeter('bank', '1').createCounter('y').add(1);
  meter.createCounter('twice').add(1, { a: 1 });
  const metrics = collect();
  assert.deepEqual(names(metrics).sort(), ['abbc', 'twice.one', 'twice.two', 'y']);
  assert.deepEqual(
    metrics.filter(({ descriptor }) => descriptor.name.startsWith('twice')).map(({ points }) => points[0]?.attributes),
    [{ a: 1 }, {}],
  );
});

test('attributes that a view leaves out make series one, recorded and observed', () => {
  const { meter, collect } = start([{ meterName: 'shop', withoutAttributeKeys: ['user'] }]);
  const counter = meter.createCounter('orders');
  meter.createObservableCounter('bytes').addCallback((result) => {
    for (const user of ['a', 'b']) result.observe(5, { route: '/', user });
  });
  for (let i = 0; i < 3; i++) for (const user of ['a', 'b', 'c']) counter.add(1, { user, route: '/' });
  assert.deepEqual(
    collect().map(({ points }) => points.map(({ attributes, value }) => [attributes, value])),
    [[[{ route: '/' }, 10]], [[{ route: '/' }, 9]]],
  );
});

test('a view has its own buckets; without them those that the instrument advises, then those of the settings', () => {
  const advice = { explicitBucketBoundaries: [3, 4] };
  const { meter, collect } = start(
    [
      { instrumentName: 'own', aggregation: { type: 'explicit_bucket_histogram', boundaries: [1, 2], recordMinMax: false } },
      { instrumentName: 'advised', aggregation: 'explicit_bucket_histogram' },
    ],
    { OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram' },
  );
  for (const name of ['own', 'advised', 'other']) meter.createHistogram(name, { advice }).record(2);
  const values = collect().map(({ points }) => points[0]?.value as Record<string, unknown>);
  assert.deepEqual(
    values.map((value) => value['bounds']),
    [[1, 2], [3, 4], undefined],
  );
  assert.equal(values[0]?.['min'], undefined);
  assert.ok('scale' in (values[2] as object));
});

test('a limit of a view is that of its metric, in cumulative for good', () => {
  const { meter, collect } = start([{ instrumentName: 'orders', cardinalityLimit: 3 }]);
  const counter = meter.createCounter('orders');
  for (let round = 0; round < 2; round++) for (let user = 0; user < 5; user++) counter.add(1, { user });
  collect();
  counter.add(1, { user: 9 });
  const [metric] = collect();
  assert.deepEqual(
    metric?.points.map(({ attributes, value }) => [attributes, value]),
    [
      [{ user: 0 }, 2],
      [{ user: 1 }, 2],
      [{ 'otel.metric.overflow': true }, 7],
    ],
  );
});

test('in delta the limit is of an interval, and bound attributes find room again', () => {
  const { meter, collect } = start([{ instrumentName: 'orders', cardinalityLimit: 3 }], {
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
  });
  const counter = meter.createCounter('orders');
  const bound = (counter as Bindable)[BIND]?.({ user: 'bound' });
  for (let round = 0; round < 5; round++) {
    for (let user = 0; user < 4; user++) counter.add(1, { user: user + round * 10 });
    bound?.record(1);
    const crowded = collect()[0]?.points.map(({ value }) => value);
    assert.deepEqual(crowded, [1, 1, 3], `round ${round}`);
    bound?.record(5);
    assert.deepEqual(
      collect()[0]?.points.map(({ attributes, value }) => [attributes, value]),
      [[{ user: 'bound' }, 5]],
    );
  }
});

test('views that cannot be used are named and fall alone', () => {
  const bad = [
    {},
    { instrumentName: 'a*', name: 'b' },
    { instrumentName: 'a', aggregation: 'median' },
    { instrumentName: 'a', aggregation: { type: 'explicit_bucket_histogram', boundaries: [2, 1] } },
    { instrumentName: 'a', cardinalityLimit: 1 },
    { instrumentName: 'a', attributes: [] },
    null,
    {
      get instrumentName() {
        throw new Error('getter');
      },
    },
  ] as unknown as MetricView[];
  const { problems, meter, collect } = start([...bad, { instrumentName: 'orders', name: 'good' }]);
  assert.deepEqual(
    problems.map(({ setting }) => setting),
    bad.map((_, index) => `metricViews[${index}]`),
  );
  assert.match(problems[1]?.message ?? '', /^metricViews\[1\] must select one instrument by instrumentName/);
  meter.createCounter('orders').add(1);
  assert.deepEqual(names(collect()), ['good']);
});
