/**
 * What the two wings must know of each other: `start.ts` and `process/` fill it, helpers of `app/` ask. One state per process, whichever
 * copy of this package is asked: the preload's or the application's own.
 */

export interface ProcessState {
  /** Whether telemetry was started in this process and is not shut down. */
  isRecording: boolean;
  /** Whether the process was told to end and goes on until its work is done. */
  isEnding: boolean;
}

const SLOT = Symbol.for('signalbox.process-state');
const globals = globalThis as { [SLOT]?: ProcessState };

export const processState: ProcessState = (globals[SLOT] ??= { isRecording: false, isEnding: false });

/** Signals that ask a process to end, where the application listens to them: others (SIGHUP, SIGUSR2) mean what it wants them to. */
const ASKS_TO_END: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT']);

/** A signal that the application handles. */
export function noteHandledSignal(signal: string): void {
  if (ASKS_TO_END.has(signal)) processState.isEnding = true;
}
