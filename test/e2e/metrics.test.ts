/** `signalbox/metrics` in real programs: every metric of every pack arrives as the catalogue has it, and nothing changes without the preload. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AI_METRICS } from '../../src/names/metrics/ai.ts';
import { BOT_METRICS } from '../../src/names/metrics/bot.ts';
import { BUSINESS_METRICS } from '../../src/names/metrics/business.ts';
import { CACHE_METRICS } from '../../src/names/metrics/cache.ts';
import { DATABASE_METRICS } from '../../src/names/metrics/database.ts';
import { ERROR_METRICS } from '../../src/names/metrics/errors.ts';
import { HTTP_METRICS } from '../../src/names/metrics/http.ts';
import type { AllowedValues, MetricRow } from '../../src/names/metrics/metric-row.ts';
import { PAYMENT_METRICS, SUBSCRIPTION_METRICS } from '../../src/names/metrics/payments.ts';
import { MESSAGING_METRICS, QUEUE_METRICS } from '../../src/names/metrics/queue.ts';
import { RUNTIME_METRICS } from '../../src/names/metrics/runtime.ts';
import { TRANSFER_METRICS } from '../../src/names/metrics/transfer.ts';
import { USER_METRICS } from '../../src/names/metrics/users.ts';
import type { ReceivedMetric } from '../../src/otlp/decode/model.ts';
import { startCollector } from './kit/collector.ts';
import { runProgram } from './kit/run-program.ts';

const { consumedMessages, processDuration } = MESSAGING_METRICS;
const ROWS: readonly MetricRow[] = [
  HTTP_METRICS,
  DATABASE_METRICS,
  CACHE_METRICS,
  QUEUE_METRICS,
  { consumedMessages, processDuration },
  TRANSFER_METRICS,
  AI_METRICS,
  BOT_METRICS,
  PAYMENT_METRICS,
  SUBSCRIPTION_METRICS,
  USER_METRICS,
  BUSINESS_METRICS,
  ERROR_METRICS,
  // A short program has no garbage, and too few delays.
  RUNTIME_METRICS.filter(({ name }) => !/gc|delay/.test(name)),
].flatMap((rows): MetricRow[] => Object.values(rows));

const SAID = ['rows', 1, 'none', 1, ['a'], true, 'sent', 'ECONNRESET', 1000, 24, true, 'paid', 'worked', '', 1];

function typeOf(metric: ReceivedMetric): string {
  if (metric.type !== 'sum') return metric.type;
  return metric.monotonic ? 'counter' : 'updowncounter';
}

function isAllowed(allowed: AllowedValues | undefined, value: unknown): boolean {
  if (typeof allowed === 'object') return value === '_OTHER' || allowed.includes(value as string);
  return allowed === 'status' ? value === 200 : typeof value === 'string' && !/4711|alice|token/.test(value);
}

function assertAsInCatalogue(metrics: readonly ReceivedMetric[], row: MetricRow): void {
  const metric = metrics.findLast(({ name }) => name === row.name);
  assert.ok(metric !== undefined, `${row.name} did not arrive`);
  assert.deepEqual(
    { unit: metric.unit, type: typeOf(metric), description: metric.description },
    { unit: row.unit, type: row.type, description: row.description },
    row.name,
  );
  if (metric.type === 'histogram') assert.deepEqual(metric.points[0]?.bounds, row.buckets, row.name);
  assert.ok(metric.points.length > 0, row.name);
  for (const { attributes } of metric.points)
    for (const [key, value] of Object.entries(attributes)) assert.ok(isAllowed(row.attributes[key], value), `${row.name}: ${key}=${value}`);
}

const pointsOf = (metrics: readonly ReceivedMetric[], name: string): unknown[] => {
  const metric = metrics.findLast((each) => each.name === name);
  if (metric === undefined) return [];
  return metric.points.map((point) => [
    Object.values(point.attributes).join(' '),
    'value' in point ? point.value : (point as { count: unknown }).count,
  ]);
};

describe('every metric of every pack', () => {
  for (const preload of ['require', 'import'] as const) {
    for (const program of ['packs.cjs', 'packs.mjs']) {
      it(`arrives as the catalogue has it: ${program} by --${preload}`, async () => {
        await using collector = await startCollector();
        const ending = await runProgram({ program: `./test/e2e/programs/metrics/${program}`, preload, env: collector.env });
        assert.deepEqual({ code: ending.code, stderr: ending.ownStderr }, { code: 0, stderr: '' });
        assert.deepEqual(JSON.parse(ending.stdout), SAID);
        const metrics = collector.store.metrics();
        for (const row of ROWS) assertAsInCatalogue(metrics, row);

        const points = (name: string): unknown[] => pointsOf(metrics, name);
        assert.deepEqual(points('http.server.active_requests'), [['POST http', 0]]);
        assert.deepEqual(points('cache.operations'), [
          ['prices set ok', 1],
          ['prices get hit', 1],
          ['prices get miss', 1],
        ]);
        assert.deepEqual(points('queue.active_jobs'), [
          ['app mails', 0],
          ['bullmq bull', 0],
        ]);
        assert.deepEqual(points('bot.commands'), [
          ['telegram start', 1],
          ['telegram _OTHER', 1],
        ]);
        assert.deepEqual(points('payment.amount'), [
          ['stripe success EUR', 1990],
          ['stripe failure EUR', 500],
        ]);
        assert.deepEqual(points('user.active'), [
          ['5m', 3],
          ['1h', 3],
          ['24h', 3],
        ]);
        assert.deepEqual(points('errors'), [['ECONNRESET checkout', 1]]);
        assert.deepEqual(points('work.active'), [['', 0]]);
        assert.deepEqual(points('work.duration'), [['success', 1]]);
      });
    }
  }
});

describe('without the preload', () => {
  for (const program of ['packs.cjs', 'packs.mjs']) {
    it(`${program} runs the same`, async () => {
      const ending = await runProgram({ program: `./test/e2e/programs/metrics/${program}`, preload: 'none' });
      assert.deepEqual({ code: ending.code, stderr: ending.stderr }, { code: 0, stderr: '' });
      assert.deepEqual(JSON.parse(ending.stdout), SAID);
    });
  }
});

describe('a rejection that nobody handles', () => {
  for (const preload of ['require', 'none'] as const) {
    it(`stays one, and one that is handled does not become one (preload: ${preload})`, async () => {
      await using collector = await startCollector();
      const ending = await runProgram({ program: './test/e2e/programs/metrics/rejections.cjs', preload, env: collector.env });
      assert.deepEqual({ code: ending.code, stderr: ending.ownStderr }, { code: 0, stderr: '' });
      assert.deepEqual(JSON.parse(ending.stdout), ['async', 'cache', 'not async']);
    });
  }
});
