import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { watchQueue, watchWorker } from '../../../../../src/app/metrics/index.ts';
import { JobRuns } from '../../../../../src/app/metrics/packs/job-runs.ts';
import { startCollecting } from '../collected.ts';

const collected = startCollecting();

test('a queue of BullMQ tells what it holds, by state, as long as it is watched', async () => {
  const counts = { waiting: 2, prioritized: 1, 'waiting-children': 1, active: 4, delayed: 5, failed: 6, completed: 99, paused: 0 };
  const watch = watchQueue({ name: 'mails', getJobCounts: async () => counts });
  const sizes = async (): Promise<unknown> =>
    Object.fromEntries((await collected.points('queue.size')).map(({ attributes, value }) => [attributes['queue.state'], value]));
  assert.deepEqual(await sizes(), { waiting: 4, active: 4, delayed: 5, failed: 6, paused: 0 });
  watch.stop();
});

test('a queue that the application has closed is asked for nothing, and its callback does not fail', async () => {
  const closed = () => Promise.reject(new Error('Connection is closed.'));
  const queue = { name: 'closed', closing: undefined as Promise<void> | undefined, getJobCounts: closed };
  const watch = watchQueue(queue);
  assert.equal((await collected.errors()).length, 1);
  queue.getJobCounts = () => {
    queue.closing = Promise.resolve();
    return closed();
  };
  assert.deepEqual(await collected.errors(), [], 'closed while it was asked');
  queue.getJobCounts = closed;
  assert.deepEqual(await collected.errors(), []);
  watch.stop();
});

test('a worker of BullMQ: active, waits, durations, failures, and those for good', async () => {
  const worker = Object.assign(new EventEmitter(), { name: 'mails' });
  const watch = watchWorker(worker);
  const job = (id: string, more: object = {}) => ({
    id,
    timestamp: 1000,
    processedOn: 3000,
    opts: { attempts: 2 },
    attemptsMade: 1,
    ...more,
  });
  const active = async (): Promise<unknown> => (await collected.points('queue.active_jobs'))[0]?.value;

  worker.emit('active', job('1', { delay: 500 }));
  worker.emit('active', job('2'));
  assert.equal(await active(), 2);
  worker.emit('completed', job('1'));
  worker.emit('failed', job('2'), Object.assign(new Error('e'), { code: 'ETIMEDOUT' }));
  assert.deepEqual(await collected.points('queue.dead_letters'), []);
  worker.emit('active', job('2'));
  worker.emit('failed', job('2', { attemptsMade: 2 }), new TypeError('e'));
  // Of a job that stalled, nothing is known any more.
  worker.emit('failed', undefined, new Error('stalled'));
  assert.equal(await active(), 0);

  assert.deepEqual(
    (await collected.points('messaging.process.duration')).map(({ attributes, value }) => [attributes['error.type'], value]),
    [
      [undefined, 1],
      ['ETIMEDOUT', 1],
      ['TypeError', 1],
    ],
  );
  assert.equal((await collected.points('queue.job.wait'))[0]?.sum, 1.5 + 2 + 2);
  assert.equal((await collected.points('queue.dead_letters'))[0]?.value, 1);

  worker.emit('active', job('3'));
  watch.stop();
  assert.deepEqual([await active(), worker.eventNames()], [0, []]);
});

test('a job of BullMQ that is put back, stalls, or is left as the worker closes is not counted for ever', async () => {
  const trackedJobs = new Map<string, object>();
  const worker = Object.assign(new EventEmitter(), { name: 'put-back', lockManager: { trackedJobs } });
  const watch = watchWorker(worker);
  const points = async (name: string) =>
    (await collected.points(name)).filter(({ attributes }) => attributes['messaging.destination.name'] === 'put-back');
  const active = async (): Promise<unknown> => (await points('queue.active_jobs'))[0]?.value;

  // RateLimitError, DelayedError, WaitingChildrenError: no event, and the job comes again.
  worker.emit('active', { id: '1' });
  worker.emit('active', { id: '1' });
  assert.equal(await active(), 1);
  worker.emit('completed', { id: '1' });
  assert.equal(await active(), 0);
  assert.equal(((await points('messaging.process.duration'))[0]?.value as number | undefined) ?? 0, 1, 'what was put back is not done');

  worker.emit('active', { id: '2' });
  worker.emit('stalled', '2', 'active');
  assert.equal(await active(), 0);

  worker.emit('active', { id: '3' });
  worker.emit('closed');
  assert.equal(await active(), 0);
  watch.stop();
  assert.deepEqual(worker.eventNames(), []);
});

test('a job that a worker is not at is left soon, and what became of it is recorded when that is said later', () => {
  let nowMs = 0;
  const said: string[] = [];
  const runOf = (id: string) => ({ end: () => void said.push(`end ${id}`), leave: () => void said.push(`leave ${id}`) });
  const tracked = new Set(['at it']);
  const runs = new JobRuns(
    () => tracked,
    () => nowMs,
  );
  for (const id of ['at it', 'put back', 'written down']) runs.begin(id, runOf(id));
  runs.forgetLeft();
  assert.deepEqual(said, []);
  nowMs = 6000;
  runs.forgetLeft();
  assert.deepEqual(said, ['leave put back', 'leave written down']);
  runs.take('written down')?.end();
  nowMs = 3_700_000;
  runs.forgetLeft();
  assert.equal(runs.take('put back'), undefined);
  assert.ok(runs.take('at it'));
  assert.deepEqual(said.slice(2, 3), ['end written down']);
  new JobRuns(() => undefined).forgetLeft();
});
