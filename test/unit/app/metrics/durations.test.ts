import assert from 'node:assert/strict';
import { test } from 'node:test';

// Taken at load.
const { now } = performance;
let aheadMs = 0;
performance.now = () => 1000 + aheadMs;
const { databaseMetrics, queueMetrics, timed } = await import('../../../../src/app/metrics/index.ts');
const { startCollecting } = await import('./collected.ts');
performance.now = now;

const { points } = startCollecting();
const take = (ms: number) => (): void => void (aheadMs += ms);

test('durations are in seconds, of calls and of jobs', async () => {
  timed('call.duration', take(250))();
  queueMetrics({ name: 'mails' }).process(take(1500));
  assert.deepEqual(
    (await points('call.duration')).map(({ sum }) => sum),
    [0.25],
  );
  assert.deepEqual(
    (await points('messaging.process.duration')).map(({ sum }) => sum),
    [1.5],
  );
});

test('an operation is slow from so many milliseconds on', async () => {
  const { measure } = databaseMetrics({ system: 'postgresql', slowMs: 200 });
  for (const ms of [199, 200, 201]) measure('SELECT', take(ms));
  assert.deepEqual(
    (await points('db.client.slow_operations')).map(({ value }) => value),
    [2],
  );
});
