import type { CheckAnswer } from '../check.ts';
import { optionsOf } from '../../../values/options.ts';

/** A `Queue` of BullMQ. */
export interface JobQueue {
  getJobCounts(...types: string[]): Promise<Readonly<Record<string, number>>>;
}

export interface QueueCheckOptions {
  /** Degraded when more jobs wait. @default no limit */
  readonly maxWaiting?: number;
  /** Degraded when more jobs are kept as failed. @default no limit */
  readonly maxFailed?: number;
  /** The queue that jobs are moved to when they are given up. */
  readonly deadLetters?: JobQueue;
  /** Degraded when more jobs lie there. @default 0 */
  readonly maxDeadLetters?: number;
}

/**
 * A queue can be read; how many jobs wait, run and failed are details. Too many of them make it degraded.
 *
 * @example health.register('mails', queueCheck(mails, { maxWaiting: 1000, deadLetters: lostMails }));
 */
export function queueCheck(queue: JobQueue, options?: QueueCheckOptions): () => Promise<CheckAnswer> {
  const { maxWaiting = Infinity, maxFailed = Infinity, deadLetters, maxDeadLetters = 0 } = optionsOf(options);
  return async () => {
    const [counts, dead] = await Promise.all([
      queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
      deadLetters?.getJobCounts('waiting', 'prioritized', 'delayed'),
    ]);
    const { active = 0, delayed = 0, failed = 0 } = counts;
    const waiting = waitingIn(counts);
    const lost = dead === undefined ? undefined : waitingIn(dead) + (dead['delayed'] ?? 0);
    const details = { waiting, active, delayed, failed, ...(lost !== undefined && { dead_letters: lost }) };
    const faults = [
      tooMany('wait', waiting, maxWaiting),
      tooMany('failed', failed, maxFailed),
      tooMany('are dead letters', lost, maxDeadLetters),
    ];
    const error = faults.filter((fault) => fault !== undefined).join(', ');
    return error === '' ? { details } : { status: 'degraded', details, error };
  };
}

function waitingIn({ waiting = 0, prioritized = 0 }: Readonly<Record<string, number>>): number {
  return waiting + prioritized;
}

function tooMany(what: string, jobs: number | undefined, most: number): string | undefined {
  return jobs !== undefined && jobs > most ? `${jobs} jobs ${what}, at most ${most} may` : undefined;
}
