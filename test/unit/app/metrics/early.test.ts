import assert from 'node:assert/strict';
import { test } from 'node:test';
import { active, counter, gauge, histogram, observableGauge, timed, upDownCounter } from '../../../../src/app/metrics/index.ts';
import { startCollecting } from './collected.ts';

test('what is made and recorded before telemetry starts is recorded at the start', async () => {
  const attributes = { channel: 'web' };
  const orders = counter('orders', { unit: '{order}', description: 'Orders.' });
  orders.add(2, attributes);
  attributes.channel = 'changed afterwards';
  const bound = orders.bind({ channel: 'bot' });
  bound.add(3);
  upDownCounter('open').add(-1);
  gauge('level').record(0.5);
  histogram('sizes', { unit: 'By', buckets: [1, 10] }).record(5);
  observableGauge('asked', {}, (result) => result.observe(7));
  observableGauge('asked.without.options', (result) => result.observe(8));
  const stopped = observableGauge('stopped', {}, (result) => result.observe(7));
  stopped.stop();
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const work = active('work.active', () => finished);
  const underWay = work();
  timed('work.duration', () => {})();

  const collected = startCollecting();
  assert.deepEqual(
    (await collected.points('orders')).map(({ attributes, value }) => [attributes['channel'], value]),
    [
      ['web', 2],
      ['bot', 3],
    ],
  );
  assert.equal((await collected.points('open'))[0]?.value, -1);
  assert.equal((await collected.points('level'))[0]?.value, 0.5);
  assert.equal((await collected.points('sizes'))[0]?.sum, 5);
  assert.equal((await collected.points('asked'))[0]?.value, 7);
  assert.equal((await collected.points('asked.without.options'))[0]?.value, 8);
  assert.deepEqual(await collected.points('stopped'), []);
  assert.equal((await collected.points('work.duration'))[0]?.value, 1);
  assert.equal((await collected.points('work.active'))[0]?.value, 1);
  finish();
  await underWay;
  assert.equal((await collected.points('work.active'))[0]?.value, 0);

  orders.add(1, { channel: 'web' });
  bound.add(1);
  assert.deepEqual(
    (await collected.points('orders')).map(({ value }) => value),
    [3, 4],
  );
  assert.deepEqual(
    (await collected.metrics()).find(({ name }) => name === 'sizes'),
    { name: 'sizes', unit: 'By', description: '', type: 'histogram', buckets: [1, 10] },
  );
});
