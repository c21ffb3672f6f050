/** `watchQueue` and `watchWorker` on BullMQ and Redis themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue, Worker } from 'bullmq';
import { watchQueue, watchWorker } from '../../src/app/metrics/index.ts';
import { startCollecting } from '../unit/app/metrics/collected.ts';
import { missing, startRedis } from './services.ts';

test('jobs of BullMQ: what waits, what was tried again, what failed for good', { skip: missing('redis') }, async (t) => {
  const redis = await startRedis();
  t.after(redis.stop);
  const collected = startCollecting();
  const { hostname: host, port } = new URL(redis.url);
  const connection = { host, port: Number(port) };
  const queue = new Queue('mails', { connection });
  watchQueue(queue);
  await queue.add('send', { to: 'a' });
  await queue.add('send', { to: 'nobody' }, { attempts: 2 });
  const sizes = async (): Promise<Record<string, number>> =>
    Object.fromEntries((await collected.points('queue.size')).map(({ attributes, value }) => [attributes['queue.state'], value]));
  assert.equal((await sizes())['waiting'], 2);

  const worker = new Worker(
    'mails',
    async (job: { data: { to: string } }) => {
      if (job.data.to === 'nobody') throw new TypeError('no such address');
    },
    { connection, autorun: false },
  );
  watchWorker(worker);
  const dead = new Promise<void>((resolve) => {
    worker.on('failed', (job) => {
      if (job?.attemptsMade === 2) resolve();
    });
  });
  void worker.run();
  await dead;
  assert.equal((await sizes())['failed'], 1);
  assert.deepEqual(
    (await collected.points('messaging.process.duration')).map(({ attributes, value }) => [attributes['error.type'], value]),
    [
      [undefined, 1],
      ['TypeError', 2],
    ],
  );
  assert.deepEqual(
    (await collected.points('queue.dead_letters')).map(({ attributes, value }) => [attributes['messaging.destination.name'], value]),
    [['mails', 1]],
  );
  assert.equal((await collected.points('queue.active_jobs'))[0]?.value, 0);
  assert.equal((await collected.points('queue.job.wait'))[0]?.value, 3);
  await worker.close();
  await queue.close();
});
