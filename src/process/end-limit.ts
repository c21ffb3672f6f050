/** The one time limit for everything that is added to the end of the process: `SIGNALBOX_SHUTDOWN_TIMEOUT`. */
import { monotonicMs } from '../runtime/clock.ts';

/** A process that has nothing left to do waits so long for answers to requests under way; then they are sent anew. */
const MOST_HELD_MS = 1000;
/** Of what is left of the limit: the rest is for the flush that blocks. */
const HELD_SHARE = 0.5;
/** A flush that took so much of its time was in vain: timers are early now and then. */
const ALL_OF_IT = 0.95;

export interface EndLimit {
  /** The process ends: the limit runs from here. Again: nothing. */
  begin(): void;
  /** What is left; begins it. */
  leftMs(): number;
  /** The process goes on after all. */
  callOff(): void;
  /**
   * How long a process that has nothing left to do may still be held. Its time counts: it is not given twice.
   * @param mostMs - in all. Default: one second.
   */
  holdLeftMs(mostMs?: number): number;
  hold(): void;
  release(): void;
  /** What a flush may take. One that took all of it was in vain: its time counts for what follows within the limit. */
  flushLeftMs(): number;
  /** A flush that was asked for begins; returns what is to be called when it is over. */
  flushing(): () => void;
}

export function createEndLimit(limitMs: number, now: () => number = monotonicMs): EndLimit {
  let endsAt: number | undefined;
  let heldMs = 0;
  let heldSince: number | undefined;
  let vainMs = 0;
  let vainUntil = -Infinity;
  /** When each flush under way began, the oldest first. */
  const flushes = new Set<{ readonly since: number }>();

  const heldSoFarMs = (): number => heldMs + (heldSince === undefined ? 0 : now() - heldSince);

  /** Programs flush before they end, one provider after the other: each would wait for the same silent collector once more. */
  function vainSoFarMs(): number {
    const [oldest] = flushes;
    const waitingMs = oldest === undefined ? 0 : now() - Math.max(oldest.since, vainUntil);
    return waitingMs + (now() - vainUntil < limitMs ? vainMs : 0);
  }

  const end = (): number => (endsAt ??= now() + limitMs - heldSoFarMs() - vainSoFarMs());

  return {
    begin: () => void end(),
    leftMs: () => Math.max(0, end() - now()),
    callOff() {
      endsAt = undefined;
    },
    holdLeftMs: (mostMs = MOST_HELD_MS) => Math.max(0, Math.min(mostMs, (limitMs - vainSoFarMs()) * HELD_SHARE) - heldSoFarMs()),
    hold() {
      heldSince ??= now();
    },
    release() {
      heldMs = heldSoFarMs();
      heldSince = undefined;
    },
    flushLeftMs: () => Math.max(0, limitMs - vainSoFarMs()),
    flushing() {
      const flush = { since: now() };
      const mostMs = Math.max(0, limitMs - vainSoFarMs());
      flushes.add(flush);
      return () => {
        flushes.delete(flush);
        // Others may have waited for the same at the same time.
        const waitedMs = now() - Math.max(flush.since, vainUntil);
        if (now() - flush.since < mostMs * ALL_OF_IT) vainMs = 0;
        else vainMs = waitedMs + (flush.since - vainUntil < limitMs ? vainMs : 0);
        vainUntil = now();
      };
    },
  };
}
