import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Context } from '@opentelemetry/api';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { createContextManager } from '../../../../src/context/context-manager.ts';
import { createReporter } from '../../../../src/diagnostics/reporter.ts';
import { startMetrics } from '../../../../src/engine/metrics/metrics.ts';
import { api } from '../../../../src/runtime/otel.ts';
import { keepIn, type CollectedMetric } from './collected.ts';

const SPAN_ID = '00f067aa0ba902b7';
const traceId = (digit: number): string => String(digit).repeat(32);
const inSpan = (digit: number, traceFlags = 1): Context =>
  api.trace.setSpanContext(api.ROOT_CONTEXT, { traceId: traceId(digit), spanId: SPAN_ID, traceFlags });

beforeEach(() => api.context.setGlobalContextManager(createContextManager()));
afterEach(() => api.context.disable());

function start(env: Readonly<Record<string, string>> = {}, options: Parameters<typeof loadConfig>[1] = {}) {
  const { config } = loadConfig({ OTEL_METRIC_EXPORT_INTERVAL: '3600000', ...env }, options);
  const collected: CollectedMetric[] = [];
  const metrics = startMetrics({ config, reporter: createReporter({ level: 'none' }), writer: keepIn(collected) });
  const collect = async () => {
    collected.length = 0;
    await metrics.collect();
    return collected.flatMap(({ points }) => points.flatMap(({ exemplars }) => exemplars));
  };
  return { metrics, meter: metrics.meterProvider.getMeter('shop'), collect };
}

test('a measurement in a sampled span is an exemplar, with the active context or with one that is passed', async () => {
  const { meter, collect } = start();
  const counter = meter.createCounter('orders');
  counter.add(1);
  counter.add(2, undefined, inSpan(1, 0));
  assert.deepEqual(await collect(), []);
  api.context.with(inSpan(2), () => counter.add(3));
  assert.partialDeepStrictEqual(await collect(), [{ value: 3, traceId: traceId(2), spanId: SPAN_ID, attributes: {} }]);
  counter.add(4, undefined, inSpan(3));
  assert.partialDeepStrictEqual(await collect(), [{ value: 4, traceId: traceId(3) }]);
});

test('an explicit histogram has one for each bucket, other instruments have one alone', async () => {
  const { meter, collect } = start();
  const histogram = meter.createHistogram('seconds', { advice: { explicitBucketBoundaries: [1, 10] } });
  for (let i = 0; i < 100; i++) for (const value of [0.5, 5, 50]) histogram.record(value, { route: '/a' }, inSpan(1));
  assert.deepEqual(
    (await collect()).map(({ value }) => value),
    [0.5, 5, 50],
  );
  const gauge = meter.createGauge('depth');
  for (let value = 0; value < 100; value++) gauge.record(value, undefined, inSpan(1));
  assert.equal((await collect()).length, 1);
});

test('an exemplar is pushed once, and scraped until there is a newer one', async () => {
  const { metrics, meter, collect } = start();
  const counter = meter.createCounter('orders');
  counter.add(1, undefined, inSpan(1));
  assert.equal((await collect()).length, 1);
  assert.equal((await collect()).length, 0);
  const scraped: CollectedMetric[] = [];
  metrics.openSource().collectNow(keepIn(scraped));
  assert.equal(scraped[0]?.points[0]?.exemplars.length, 1);
  counter.add(2, undefined, inSpan(2));
  assert.partialDeepStrictEqual(await collect(), [{ value: 2, traceId: traceId(2) }]);
});

test('always_off records none, always_on also where no span is', async () => {
  const off = start({ OTEL_METRICS_EXEMPLAR_FILTER: 'always_off' });
  off.meter.createCounter('orders').add(1, undefined, inSpan(1));
  assert.deepEqual(await off.collect(), []);
  const on = start({ OTEL_METRICS_EXEMPLAR_FILTER: 'always_on' });
  on.meter.createCounter('orders').add(1);
  assert.partialDeepStrictEqual(await on.collect(), [{ value: 1, traceId: '', spanId: '' }]);
});

test('what a view leaves out of a series is kept by the exemplar', async () => {
  const { meter, collect } = start({}, { metricViews: [{ instrumentName: 'orders', attributeKeys: ['route'] }] });
  meter.createCounter('orders').add(1, { route: '/a', user: 'ann' }, inSpan(1));
  assert.partialDeepStrictEqual(await collect(), [{ attributes: { user: 'ann' } }]);
});

test('in delta an exemplar is of its interval', async () => {
  const { meter, collect } = start({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' });
  const counter = meter.createCounter('orders');
  counter.add(1, undefined, inSpan(1));
  assert.equal((await collect()).length, 1);
  counter.add(1);
  assert.deepEqual(await collect(), []);
});
