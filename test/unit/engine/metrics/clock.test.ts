import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CollectedMetric } from './collected.ts';

// Taken at load.
const realNow = Date.now;
let timeMs = 2_000_000_000_000;
Date.now = () => timeMs;
after(() => void (Date.now = realNow));

const { loadConfig } = await import('../../../../src/config/load-config.ts');
const { createReporter } = await import('../../../../src/diagnostics/reporter.ts');
const { startMetrics } = await import('../../../../src/engine/metrics/metrics.ts');
const { keepIn } = await import('./collected.ts');

for (const preference of ['cumulative', 'delta', 'lowmemory'])
  test(`no point ends before it began when the clock is set back, and nothing is lost: ${preference}`, async () => {
    const { config } = loadConfig({
      OTEL_METRIC_EXPORT_INTERVAL: '3600000',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: preference,
    });
    const exported: CollectedMetric[] = [];
    const reporter = createReporter({ level: 'warn', forPerson: true, write: () => {} });
    const { collect, meterProvider, stop } = startMetrics({ config, reporter, writer: keepIn(exported) });
    const meter = meterProvider.getMeter('shop');
    const orders = meter.createCounter('orders');
    const seconds = meter.createHistogram('seconds');
    let total = 0;
    meter.createObservableCounter('observed').addCallback((result) => result.observe(total));
    for (const stepMs of [1000, -3_600_000, 1000, 7_200_000, 1000]) {
      orders.add(1);
      seconds.record(1);
      total++;
      timeMs += stepMs;
      await collect();
    }
    stop();
    const points = exported.flatMap((metric) => metric.points.map((point) => ({ name: metric.descriptor.name, ...point })));
    assert.equal(points.length, 15);
    for (const { endMs, name, startMs } of points) assert.ok(startMs <= endMs, `${name} from ${startMs} to ${endMs}`);
    const counted = points.filter(({ name }) => name === 'orders').map(({ value }) => value as number);
    assert.equal(preference === 'cumulative' ? counted.at(-1) : counted.reduce((a, b) => a + b), 5);
  });

test('in delta, points of a series follow each other without a gap, and one that paused begins when something is recorded again', async () => {
  const { config } = loadConfig({ OTEL_METRIC_EXPORT_INTERVAL: '3600000', OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' });
  const exported: CollectedMetric[] = [];
  const reporter = createReporter({ level: 'warn', forPerson: true, write: () => {} });
  const { collect, meterProvider, stop } = startMetrics({ config, reporter, writer: keepIn(exported) });
  const orders = meterProvider.getMeter('shop').createCounter('orders');
  const beganMs = timeMs;
  for (const isRecorded of [true, true, false, true]) {
    timeMs += 300;
    if (isRecorded) orders.add(1);
    timeMs += 700;
    await collect();
  }
  stop();
  const points = exported.flatMap((metric) => metric.points);
  assert.deepEqual(
    points.map(({ endMs, startMs }) => [startMs - beganMs, endMs - beganMs]),
    [
      [300, 1000],
      [1000, 2000],
      [3300, 4000],
    ],
  );
});

for (const preference of ['cumulative', 'delta'])
  test(`an observed total that stays as it was is no new beginning, one that falls is: ${preference}`, async () => {
    const { config } = loadConfig({
      OTEL_METRIC_EXPORT_INTERVAL: '3600000',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: preference,
    });
    const exported: CollectedMetric[] = [];
    const reporter = createReporter({ level: 'warn', forPerson: true, write: () => {} });
    const { collect, meterProvider, stop } = startMetrics({ config, reporter, writer: keepIn(exported) });
    let total = 0;
    meterProvider
      .getMeter('shop')
      .createObservableCounter('observed')
      .addCallback((result) => result.observe(total));
    const beganMs = timeMs;
    for (total of [5, 5, 7, 2]) {
      timeMs += 1000;
      await collect();
    }
    stop();
    const points = exported.flatMap((metric) => metric.points);
    assert.deepEqual(
      points.map(({ startMs, value }) => [startMs - beganMs, value]),
      preference === 'cumulative'
        ? [
            [1000, 5],
            [1000, 5],
            [1000, 7],
            [4000, 2],
          ]
        : [
            [1000, 5],
            [1000, 0],
            [2000, 2],
            [3000, 2],
          ],
    );
  });
