/** The one time limit for everything that is added to the end of the process: `SIGNALBOX_SHUTDOWN_TIMEOUT`. */
import { monotonicMs } from '../runtime/clock.ts';

/** A process that has nothing left to do waits so long for answers to requests under way; then they are sent anew. */
const MOST_HELD_MS = 1000;
/** Of the limit: the rest is for the flush that blocks. */
const HELD_SHARE = 0.5;

export interface EndLimit {
  /** The process ends: the limit runs from here. Again: nothing. */
  begin(): void;
  /** What is left; begins it. */
  leftMs(): number;
  /** The process goes on after all. */
  callOff(): void;
  /** How long a process that has nothing left to do may still be held. Its time counts: it is not given twice. */
  holdLeftMs(): number;
  hold(): void;
  release(): void;
}

export function createEndLimit(limitMs: number, now: () => number = monotonicMs): EndLimit {
  let endsAt: number | undefined;
  let heldMs = 0;
  let heldSince: number | undefined;

  const heldSoFarMs = (): number => heldMs + (heldSince === undefined ? 0 : now() - heldSince);

  const end = (): number => (endsAt ??= now() + limitMs - heldSoFarMs());

  return {
    begin: () => void end(),
    leftMs: () => Math.max(0, end() - now()),
    callOff() {
      endsAt = undefined;
    },
    holdLeftMs: () => Math.max(0, Math.min(MOST_HELD_MS, limitMs * HELD_SHARE) - heldSoFarMs()),
    hold() {
      heldSince ??= now();
    },
    release() {
      heldMs = heldSoFarMs();
      heldSince = undefined;
    },
  };
}
