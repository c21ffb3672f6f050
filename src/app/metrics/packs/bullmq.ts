/** BullMQ ready-made. Nothing of it is changed: it is asked for its counts, and its events are listened to. */
import { attempt, contain } from '../../../runtime/contain.ts';
import type { Observation } from '../observables.ts';
import { JobRuns } from './job-runs.ts';
import { attributesOfQueue, beginJob, queueMetrics, type QueueCounts } from './queue.ts';

/** A queue of BullMQ or Bull. */
export interface BullQueue {
  readonly name: string;
  getJobCounts(...types: never[]): Promise<Readonly<Record<string, number>>>;
}

/** A worker of BullMQ. */
export interface BullWorker {
  readonly name: string;
  readonly on: (...args: never[]) => unknown;
  readonly off: (...args: never[]) => unknown;
}

interface BullJob {
  readonly id?: string | undefined;
  readonly timestamp?: number;
  readonly delay?: number;
  readonly processedOn?: number;
  readonly attemptsMade?: number;
  readonly opts?: { readonly attempts?: number };
  readonly finishedOn?: number | null;
}

const SYSTEM = 'bullmq';

/**
 * What a queue holds, by state: asked for at each collection, one command to Redis.
 *
 * @example watchQueue(new Queue('mails', { connection }));
 */
export function watchQueue(queue: BullQueue): Observation {
  return queueMetrics({ name: nameOf(queue), system: SYSTEM }).observe(() => countsOf(queue));
}

/** A queue that is closed, as applications do before they end, has nothing to say, and that is no failure. */
async function countsOf(queue: BullQueue): Promise<QueueCounts> {
  if (isClosed(queue)) return {};
  try {
    return statesOf(await queue.getJobCounts());
  } catch (error) {
    if (isClosed(queue)) return {};
    throw error;
  }
}

/** `closing` is a promise as soon as a queue of BullMQ or Bull is closed. */
function isClosed(queue: object): boolean {
  return attempt(() => Boolean((queue as { closing?: unknown }).closing), false);
}

/** What waits by priority waits. */
function statesOf(counts: Readonly<Record<string, number>>): QueueCounts {
  const sum = (...names: readonly string[]): number => names.reduce((total, name) => total + (counts[name] ?? 0), 0);
  return {
    waiting: sum('waiting', 'wait', 'prioritized', 'waiting-children'),
    active: sum('active'),
    delayed: sum('delayed'),
    failed: sum('failed'),
    paused: sum('paused'),
  };
}

/**
 * The jobs of a worker: active, how long they waited and took, which failed, and which for good.
 *
 * @example watchWorker(new Worker('mails', send, { connection }));
 */
export function watchWorker(worker: BullWorker): Observation {
  const queue = { name: nameOf(worker), system: SYSTEM };
  const metrics = queueMetrics(queue);
  const given = attributesOfQueue(queue);
  const runs = new JobRuns(() => trackedBy(worker));
  const listeners = {
    active(job: BullJob) {
      runs.begin(job.id ?? '', beginJob(given));
      const { delay = 0, processedOn, timestamp } = job;
      if (timestamp !== undefined && processedOn !== undefined) metrics.waited(Math.max(0, processedOn - timestamp - delay) / 1000);
    },
    completed: (job: BullJob) => runs.take(job.id ?? '')?.end(),
    failed(job: BullJob | undefined, error: unknown) {
      runs.take(job?.id ?? '')?.end(error);
      if (job !== undefined && isDead(job)) metrics.dead(error);
    },
    stalled: (id: string) => runs.take(id)?.leave(),
    drained: () => runs.forgetLeft(),
    closed: () => runs.leaveAll(),
  };
  const contained = Object.entries(listeners).map(
    ([event, listener]) =>
      [event, (...args: never[]) => contain('watching a worker', () => (listener as (...args: unknown[]) => void)(...args))] as const,
  );
  for (const [event, listener] of contained) attempt(() => worker.on(event as never, listener as never));
  return {
    stop() {
      for (const [event, listener] of contained) attempt(() => worker.off(event as never, listener as never));
      runs.leaveAll();
    },
  };
}

/** The ids of the jobs that a worker is at; `undefined` where it does not tell: before BullMQ 5.58. */
function trackedBy(worker: object): { has(id: string): boolean } | undefined {
  const tracked = attempt(() => (worker as { lockManager?: { trackedJobs?: unknown } }).lockManager?.trackedJobs);
  return tracked instanceof Map ? (tracked as Map<string, unknown>) : undefined;
}

function nameOf(named: { readonly name: string }): string {
  return attempt(() => named.name) ?? '';
}

/** `finishedOn` is set when no attempt follows, also of a job that must not be tried again. */
function isDead({ attemptsMade = 0, finishedOn, opts }: BullJob): boolean {
  return typeof finishedOn === 'number' || attemptsMade >= (opts?.attempts ?? 1);
}
