/** The state of a process that is watched until it ends, and the steps of its end. */
import { clearTimeout, setTimeout } from '../runtime/captured.ts';
import { contain, contained } from '../runtime/contain.ts';
import type { EndStage, EventSituation, FatalSignal } from './end-event.ts';
import { createFatalSignals, type FatalSignals } from './fatal-signals.ts';

/** A process that survives its own signal (number 1 in a container does) goes on as before. */
export const SURVIVED_MS = 200;
/** Longest a timer can hold; only keeps the loop alive while an export is under way. */
const FOREVER_MS = 0x7fffffff;

const kill = process.kill.bind(process);

export interface ProcessEndHandlers {
  /** An uncaught error, before Node.js prints it. `handled` when the application has a listener that keeps the process. */
  onCrash(error: unknown, origin: string, handled: boolean): void;
  /** A fatal signal that nobody handles: export without blocking. When it settles, `onExit` follows and the process ends. */
  onFatalSignal(signal: FatalSignal): Promise<void>;
  /** The application has nothing left to do. The process is held until the promise settles, then this is called again. */
  onNothingLeft?(): Promise<void> | undefined;
  /** The process goes on after all: it outlived its own signal, or its exit was called off. */
  onSurvived?(): void;
  /** A signal that the application handles itself. */
  onHandledSignal(signal: FatalSignal): void;
  /** The process ends when this returns. May be called twice. */
  onExit(): void;
}

export interface Watch {
  readonly handlers: ProcessEndHandlers;
  readonly signals: FatalSignals;
  readonly situation: EventSituation;
  /** What changes; see `EndStage`. */
  stage: EndStage;
  hasLookedForSignals: boolean;
  /** Set while the frames of ours are hidden from what Node.js prints. */
  showOwnFrames: (() => void) | undefined;
}

export function createWatch(handlers: ProcessEndHandlers): Watch {
  const signals = createFatalSignals(
    (signal) => void endBySignal(watch, signal),
    () => watch.stage,
  );
  const situation: EventSituation = {
    isOurs: signals.isOurs,
    isOurListener: signals.isOurListener,
    isHandled: (signal) => process.listenerCount(signal) > 0,
    get hasLookedForSignals() {
      return watch.hasLookedForSignals;
    },
    get isAdjusting() {
      return signals.isAdjusting;
    },
  };
  const watch: Watch = { handlers, signals, situation, stage: 'watching', hasLookedForSignals: false, showOwnFrames: undefined };
  return watch;
}

/** Whether the process is held, so that the application's `beforeExit` listeners are not called yet. */
export function isHeld({ handlers }: Watch): boolean {
  const work = contain('waiting for what is under way', () => handlers.onNothingLeft?.());
  if (work === undefined) return false;
  void holdUntil(work);
  return true;
}

async function holdUntil(work: Promise<void>): Promise<void> {
  const hold = setTimeout(() => {}, FOREVER_MS);
  try {
    await work;
  } catch (error) {
    // What could not be exported is counted where it waits.
    contained('exporting before the process ends', error);
  }
  clearTimeout(hold);
}

async function endBySignal(watch: Watch, signal: FatalSignal): Promise<void> {
  if (watch.stage !== 'watching') return raise(watch, signal);
  watch.stage = 'exporting';
  await holdUntil((async () => watch.handlers.onFatalSignal(signal))());
  raise(watch, signal, () => watch.handlers.onExit());
}

/** End by `signal` as a process without listeners does; a further signal ends it at once, also during `lastWork`. */
function raise(watch: Watch, signal: FatalSignal, lastWork = (): void => {}): void {
  if (watch.stage === 'leaving') return;
  const isOver = watch.stage === 'over';
  if (!isOver) watch.stage = 'leaving';
  watch.signals.adjustAll();
  if (!isOver) contain('the last export', lastWork);
  kill(process.pid, signal);
  setTimeout(() => revive(watch), SURVIVED_MS).unref();
}

export function leave(watch: Watch): void {
  if (watch.stage === 'over') return;
  watch.stage = 'leaving';
  watch.signals.adjustAll();
  contain('the last export', () => watch.handlers.onExit());
}

export function revive(watch: Watch): void {
  contain('showing stack frames again', () => watch.showOwnFrames?.());
  watch.showOwnFrames = undefined;
  if (watch.stage === 'over') return;
  watch.stage = 'watching';
  watch.signals.adjustAll();
  contain('going on after an end that was called off', () => watch.handlers.onSurvived?.());
}
