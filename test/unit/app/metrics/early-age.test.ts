import assert from 'node:assert/strict';
import { test } from 'node:test';

// Taken at load.
const { now } = performance;
let nowMs = 1000;
performance.now = () => nowMs;
const { counter } = await import('../../../../src/app/metrics/index.ts');
const { startCollecting } = await import('./collected.ts');
performance.now = now;

test('when nothing has started after 10 s, nothing is kept any more, and what was kept is gone', async () => {
  const orders = counter('orders');
  orders.add(1);
  nowMs += 10_001;
  orders.add(1);
  const { points } = startCollecting();
  assert.deepEqual(await points('orders'), []);
  orders.add(5);
  assert.equal((await points('orders'))[0]?.value, 5, 'what comes after the start is recorded');
});
