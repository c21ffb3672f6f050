/**
 * The jobs that a worker of BullMQ is at.
 *
 * A job that is put back (`RateLimitError`, `DelayedError`, `WaitingChildrenError`), or whose lock is lost, ends without an event. It may
 * come back here, or to another process; until then it must not be counted for ever.
 */
import { monotonicMs } from '../../../runtime/clock.ts';
import type { JobRun } from './queue.ts';

/** A job is not active any more when the worker has not been at it for so long. Not at once: it is not yet when its event comes. */
const LEFT_AFTER_MS = 5000;
/** Redis may be away when it is to be written down that a job is done: its event comes later, and its duration is recorded then. */
const FORGET_AFTER_MS = 3_600_000;

interface Entry {
  readonly run: JobRun;
  /** Since when it is known that the worker is not at it. */
  leftMs: number | undefined;
}

export class JobRuns {
  readonly #entries = new Map<string, Entry>();
  readonly #tracked: () => { has(id: string): boolean } | undefined;
  readonly #now: () => number;

  /** @param tracked - the ids of the jobs that the worker is at; `undefined` where they are not known. */
  constructor(tracked: () => { has(id: string): boolean } | undefined, now = monotonicMs) {
    this.#tracked = tracked;
    this.#now = now;
  }

  begin(id: string, run: JobRun): void {
    // The same job again: it was put back before.
    this.take(id)?.leave();
    this.forgetLeft();
    this.#entries.set(id, { run, leftMs: undefined });
  }

  /** The run of a job, which is forgotten. */
  take(id: string): JobRun | undefined {
    const run = this.#entries.get(id)?.run;
    this.#entries.delete(id);
    return run;
  }

  /** Leave those that the worker is not at. */
  forgetLeft(): void {
    const tracked = this.#tracked();
    if (tracked === undefined) return;
    const nowMs = this.#now();
    for (const [id, entry] of this.#entries) {
      if (tracked.has(id)) {
        entry.leftMs = undefined;
        continue;
      }
      entry.leftMs ??= nowMs;
      if (nowMs - entry.leftMs > LEFT_AFTER_MS) entry.run.leave();
      if (nowMs - entry.leftMs > FORGET_AFTER_MS) this.#entries.delete(id);
    }
  }

  leaveAll(): void {
    for (const { run } of this.#entries.values()) run.leave();
    this.#entries.clear();
  }
}
