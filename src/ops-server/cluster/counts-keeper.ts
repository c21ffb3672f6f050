/** Writes down what this process counts: every few seconds, when it is asked, and as it ends. */
import { setTimeout } from '../../runtime/captured.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { contain, contained } from '../../runtime/contain.ts';
import { atEnd } from '../../runtime/end-work.ts';
import { createCountsWriter, deleteCounts } from './counts-files.ts';
import type { LocalAnswers } from './local-answers.ts';
import type { MeetingPlace } from './meeting-place.ts';
import { createSnapshotWriter, type MetricSnapshot, type SnapshotWriter } from './snapshot.ts';

/** What a process that is killed by SIGKILL, or by the system for want of memory, may take with it. */
const KEEP_EVERY_MS = 5000;
/** However long it takes. */
const KEEP_AT_LEAST_EVERY_MS = 60_000;
/** Of the time of the event loop, for so many series that writing them down takes longer than a few milliseconds. */
const MOST_SHARE = 0.001;
/** The one that asks waits for a second. */
const CALLBACK_LIMIT_MS = 800;

export interface CountsKeeper {
  /** What was recorded; it is written down, too. Never rejects. */
  collect(limitMs?: number): Promise<{ readonly sequence: number; readonly snapshot: readonly MetricSnapshot[] }>;
  /** Where it is written from now on. */
  moveTo(place: MeetingPlace): void;
}

/**
 * When counts are written down again.
 *
 * @param tookMs - how long it held up the event loop this time.
 */
export function keepAfterMs(tookMs: number): number {
  return Math.min(Math.max(KEEP_EVERY_MS, tookMs / MOST_SHARE), KEEP_AT_LEAST_EVERY_MS);
}

export function keepCounts(worker: string, primaryPid: number, { metrics }: LocalAnswers): CountsKeeper {
  let place: MeetingPlace | undefined;
  let write: ReturnType<typeof createCountsWriter> = () => {};
  let sequence = 0;
  /** The last time, and the time before: once it may take long because the machine is busy. */
  let tookMs: readonly [number, number] = [0, 0];

  function keep(snapshot: readonly MetricSnapshot[]): number {
    write({ worker, pid: process.pid, sequence: ++sequence, metrics: snapshot });
    return sequence;
  }

  async function collect(limitMs = CALLBACK_LIMIT_MS): Promise<{ sequence: number; snapshot: readonly MetricSnapshot[] }> {
    const { startedMs, writer } = createTimedWriter();
    await metrics?.collect(writer, { limitMs });
    const snapshot = writer.take();
    const kept = { snapshot, sequence: keep(snapshot) };
    tookMs = [monotonicMs() - startedMs(), tookMs[0]];
    return kept;
  }

  function keepOn(): void {
    setTimeout(
      () => {
        void collect()
          .catch((error: unknown) => contained('writing down what was counted', error))
          .then(keepOn);
      },
      keepAfterMs(Math.min(...tookMs)),
    ).unref();
  }

  function keepLast(): void {
    // The primary is gone, and the cluster with it: nobody will read it.
    if (process.ppid !== primaryPid) return;
    const writer = createSnapshotWriter();
    metrics?.collectNow(writer);
    contain('writing down what was counted last', () => keep(writer.take()));
  }

  if (metrics !== undefined) {
    keepOn();
    atEnd(keepLast);
  }
  return {
    collect,
    moveTo(next) {
      if (place !== undefined && place.name !== next.name) deleteCounts(place, worker);
      if (place?.name === next.name) return;
      place = next;
      write = createCountsWriter(next);
    },
  };
}

/** From the first metric on all is written at once: before, callbacks of the application may be waited for. */
function createTimedWriter(): { readonly writer: SnapshotWriter; startedMs(): number } {
  const writer = createSnapshotWriter();
  let startedMs: number | undefined;
  return {
    startedMs: () => startedMs ?? monotonicMs(),
    writer: {
      ...writer,
      metric(scope, descriptor) {
        startedMs ??= monotonicMs();
        writer.metric(scope, descriptor);
      },
    },
  };
}
