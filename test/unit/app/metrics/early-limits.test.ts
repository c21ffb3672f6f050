import assert from 'node:assert/strict';
import { test } from 'node:test';
import { active, counter } from '../../../../src/app/metrics/index.ts';
import { startCollecting } from './collected.ts';

test('1024 measurements are kept before the start, and the end of whatever was counted as begun', async () => {
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const first = active('first.active', () => finished)();
  const orders = counter('orders');
  for (let i = 0; i < 3000; i++) orders.add(1);
  const later = active('later.active', () => finished)();
  finish();
  await Promise.all([first, later]);

  const collected = startCollecting();
  assert.equal((await collected.points('orders'))[0]?.value, 1023);
  assert.equal((await collected.points('first.active'))[0]?.value, 0);
  assert.deepEqual(await collected.points('later.active'), []);
});
