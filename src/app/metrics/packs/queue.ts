import {
  ERROR_TYPE,
  MESSAGING_DESTINATION_NAME,
  MESSAGING_OPERATION_NAME,
  MESSAGING_SYSTEM,
  QUEUE_STATE,
} from '../../../names/attributes.ts';
import { MESSAGING_METRICS, QUEUE_METRICS } from '../../../names/metrics/queue.ts';
import { monotonicMs } from '../../../runtime/clock.ts';
import { errorType } from '../error-type.ts';
import type { Observation } from '../observables.ts';
import { activeOf, counterOf, observe, recorderOf, whenRead, type Given } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';
import { ownOptions } from '../own-copy.ts';
import { measure } from './measure.ts';

export interface QueueOptions {
  /** Of the queue, as code names it. */
  readonly name: string;
  /** What it is built on: `bullmq`, `postgresql`. @default 'app' */
  readonly system?: string;
}

/** Jobs by state; `failed` are the dead letters. */
export type QueueCounts = Readonly<Partial<Record<'waiting' | 'active' | 'delayed' | 'failed' | 'paused', number>>>;

export interface QueueMetrics {
  /** Run the work of one job: active, duration, outcome. What it returns and throws is passed on. */
  process<T>(work: () => T): T;
  /** A job that a worker took, from outside: what is returned says that it is over. */
  begin(): (error?: unknown) => void;
  /** How long a job waited before it was taken. */
  waited(seconds: number): void;
  /** A job failed for good. */
  dead(error: unknown): void;
  /** Have what the queue holds asked for at each collection. */
  observe(read: () => QueueCounts | Promise<QueueCounts>): Observation;
}

const beginActive = activeOf(QUEUE_METRICS.activeJobs);
const durations = recorderOf(MESSAGING_METRICS.processDuration);
const waits = recorderOf(QUEUE_METRICS.jobWait);
const deadLetters = counterOf(QUEUE_METRICS.deadLetters);

/** A job under way. */
export interface JobRun {
  /** It is over: once. @param error - what it failed with. */
  end(error?: unknown): void;
  /** It is not worked on any more, done or not. Nothing the second time. */
  leave(): void;
}

type JobOf = Given<typeof QUEUE_METRICS.activeJobs>;

/** @internal */
export function attributesOfQueue({ name, system = 'app' }: Partial<QueueOptions>): JobOf {
  return { [MESSAGING_SYSTEM]: system, [MESSAGING_DESTINATION_NAME]: name };
}

/** @internal */
export function beginJob(given: JobOf): JobRun {
  const leave = beginActive(given);
  const begunMs = monotonicMs();
  return {
    leave,
    end(error) {
      leave();
      recordProcessed(given, (monotonicMs() - begunMs) / 1000, error === undefined ? undefined : errorType(error));
    },
  };
}

function recordProcessed(given: JobOf, seconds: number, type: string | undefined): void {
  durations.record(seconds, { ...given, [MESSAGING_OPERATION_NAME]: 'process', [ERROR_TYPE]: type });
}

/** To be called where jobs are worked on; see `watchQueue` and `watchWorker` for BullMQ. */
export function queueMetrics(options: QueueOptions): QueueMetrics {
  const given = attributesOfQueue(ownOptions(options));
  return {
    process(work) {
      const end = beginActive(given);
      return measure(work, ({ errorType: type, seconds }) => {
        end();
        recordProcessed(given, seconds, type);
      });
    },
    begin: () => beginJob(given).end,
    ...quiet({
      waited: (seconds: number) => waits.record(seconds, given),
      dead: (error: unknown) => deadLetters.add(1, { ...given, [ERROR_TYPE]: errorType(error) }),
    }),
    observe: (read) =>
      observe(QUEUE_METRICS.size, (report) =>
        whenRead(read, (counts) => {
          for (const [state, jobs] of Object.entries(counts)) report(jobs, { ...given, [QUEUE_STATE]: state as keyof QueueCounts });
        }),
      ),
  };
}
