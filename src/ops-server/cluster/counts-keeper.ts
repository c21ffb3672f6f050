/** Writes down what this process counts: every few seconds, when it is asked, and as it ends. */
import { setTimeout } from '../../runtime/captured.ts';
import { contain, contained } from '../../runtime/contain.ts';
import { atEnd } from '../../runtime/end-work.ts';
import { createCountsWriter, deleteCounts } from './counts-files.ts';
import type { LocalAnswers } from './local-answers.ts';
import type { MeetingPlace } from './meeting-place.ts';
import { createSnapshotWriter, type MetricSnapshot } from './snapshot.ts';

/** What a process that is killed by SIGKILL, or by the system for want of memory, may take with it. */
const KEEP_EVERY_MS = 5000;
/** The one that asks waits for a second. */
const CALLBACK_LIMIT_MS = 800;

export interface CountsKeeper {
  /** What was recorded; it is written down, too. Never rejects. */
  collect(limitMs?: number): Promise<{ readonly sequence: number; readonly snapshot: readonly MetricSnapshot[] }>;
  /** Where it is written from now on. */
  moveTo(place: MeetingPlace): void;
}

export function keepCounts(worker: string, primaryPid: number, { metrics }: LocalAnswers): CountsKeeper {
  let place: MeetingPlace | undefined;
  let write: ReturnType<typeof createCountsWriter> = () => {};
  let sequence = 0;

  function keep(snapshot: readonly MetricSnapshot[]): number {
    write({ worker, pid: process.pid, sequence: ++sequence, metrics: snapshot });
    return sequence;
  }

  async function collect(limitMs = CALLBACK_LIMIT_MS): Promise<{ sequence: number; snapshot: readonly MetricSnapshot[] }> {
    const writer = createSnapshotWriter();
    await metrics?.collect(writer, { limitMs });
    const snapshot = writer.take();
    return { snapshot, sequence: keep(snapshot) };
  }

  function keepOn(): void {
    setTimeout(() => {
      collect().catch((error: unknown) => contained('writing down what was counted', error));
      keepOn();
    }, KEEP_EVERY_MS).unref();
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
