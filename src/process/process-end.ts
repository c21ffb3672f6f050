/**
 * Learns that the process is ending, whichever way, without changing how it ends.
 *
 * - A fatal signal that the application leaves alone: a listener of ours, present only while the application has none.
 *   With a listener Node.js no longer ends the process, so after the export it is removed and the signal raised again.
 * - A signal that the application handles itself: we hear of it, export, and leave the ending to it.
 * - An empty event loop: before the application's own `beforeExit` listeners, which can be held back for a moment.
 * - `process.exit()`, a crash, an empty event loop: after the application's own `exit` listeners.
 * - What handles an uncaught error throws: Node.js then ends the process without an `exit` event.
 * - `process.execve()`: another program takes the place of this one.
 *
 * Functions of `process` are wrapped rather than events listened to: a listener could not run after the application's own, and
 * would be counted by programs that look at `listenerCount` to decide who ends the process. What an event means is decided in
 * `end-event.ts`; here it is acted upon.
 */
import { clearTimeout, setImmediate, setTimeout } from '../runtime/captured.ts';
import { contain, contained } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';
import { FATAL_SIGNALS, meaningOf, type EndStage, type EventSituation, type FatalSignal } from './end-event.ts';
import { createFatalSignals, hideListeners, type FatalSignals } from './fatal-signals.ts';
import { wrapProcessFunction, type AnyFunction } from './process-functions.ts';

/** A process that survives its own signal (number 1 in a container does) goes on as before. */
const SURVIVED_MS = 200;
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

interface Watch {
  readonly handlers: ProcessEndHandlers;
  readonly signals: FatalSignals;
  readonly situation: EventSituation;
  /** What changes; see `EndStage`. */
  stage: EndStage;
  hasLookedForSignals: boolean;
  /** Set while the frames of ours are hidden from what Node.js prints. */
  showOwnFrames: (() => void) | undefined;
}

/** Returns a function that takes all of it back, a turn of the loop later. A signal that came before still ends the process. */
export function watchProcessEnd(handlers: ProcessEndHandlers): () => Promise<void> {
  const watch = createWatch(handlers);
  const undo = [wrapProcessFunction('emit', (emit) => wrapEmit(watch, emit))];
  // A hardened process object: nobody would take our listeners away again.
  if (undo[0] !== undefined) {
    undo.push(
      wrapProcessFunction('reallyExit', (exit) => wrapExit(watch, exit)),
      wrapProcessFunction('execve', (exit) => wrapExit(watch, exit)),
      wrapProcessFunction('setUncaughtExceptionCaptureCallback', (capture) => wrapCapture(watch, capture)),
      wrapProcessFunction('addUncaughtExceptionCaptureCallback', (capture) => wrapCapture(watch, capture)),
      ...hideListeners(watch.signals),
    );
    watch.signals.adjustAll();
  }
  return async () => {
    // What the system has sent is only now heard of: without a listener of ours it would be forgotten.
    await nextTurn();
    await nextTurn();
    watch.stage = 'over';
    for (const signal of FATAL_SIGNALS) watch.signals.remove(signal);
    for (const each of undo) each?.();
  };
}

function createWatch(handlers: ProcessEndHandlers): Watch {
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

function wrapEmit(watch: Watch, emit: AnyFunction): AnyFunction {
  const { handlers, signals } = watch;
  return function (...args) {
    const passOn = (): unknown => Reflect.apply(emit, this, args);
    if (this !== process || watch.stage === 'over') return passOn();
    const [event, first, second] = args;
    switch (meaningOf(event, first, second, watch.situation)) {
      case 'exiting':
        return emitExit(watch, passOn);
      case 'look-for-signals':
        watch.hasLookedForSignals = true;
        setImmediate(() => {});
        return true;
      case 'nothing-left':
        watch.hasLookedForSignals = false;
        return isHeld(watch) || passOn();
      case 'uncaught':
        beforeCrash(watch, first, String(second));
        return callFatally(watch, passOn);
      case 'uncaught-handled':
        return callFatally(watch, passOn);
      case 'own-listener-comes':
        signals.remove(first as FatalSignal);
        break;
      case 'own-listener-went': {
        const result = passOn();
        signals.adjust(first as FatalSignal);
        return result;
      }
      case 'signal-handled':
        contain(`exporting at ${String(event)}`, () => handlers.onHandledSignal(event as FatalSignal));
        break;
      case 'signal-emitted-by-hand':
        return false;
    }
    return passOn();
  };
}

function emitExit(watch: Watch, passOn: () => unknown): unknown {
  let isCalledOff = true;
  try {
    const result = passOn();
    isCalledOff = false;
    return result;
  } finally {
    if ((process as { _exiting?: boolean })._exiting === true) leave(watch);
    // A listener threw. If that is caught, the process goes on.
    if (isCalledOff) revive(watch);
  }
}

/** Whether the process is held, so that the application's `beforeExit` listeners are not called yet. */
function isHeld({ handlers }: Watch): boolean {
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

function leave(watch: Watch): void {
  if (watch.stage === 'over') return;
  watch.stage = 'leaving';
  watch.signals.adjustAll();
  contain('the last export', () => watch.handlers.onExit());
}

function revive(watch: Watch): void {
  contain('showing stack frames again', () => watch.showOwnFrames?.());
  watch.showOwnFrames = undefined;
  if (watch.stage === 'over') return;
  watch.stage = 'watching';
  watch.signals.adjustAll();
  contain('going on after an end that was called off', () => watch.handlers.onSurvived?.());
}

function beforeCrash(watch: Watch, error: unknown, origin: string): void {
  contain('hiding stack frames', () => {
    const { removeOwnFrames } = loadPart<typeof import('./own-frames.ts')>(import.meta.url, './own-frames');
    removeOwnFrames(error);
  });
  contain('recording a crash', () => {
    const isHandled = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
    watch.handlers.onCrash(error, origin, isHandled);
  });
  contain('watching the domain', () => watchDomain(watch));
}

/** Node.js ends the process when this throws, without an `exit` event. Not caught, for that would change what it prints. */
function callFatally<T>(watch: Watch, handle: () => T): T {
  let hasThrown = true;
  try {
    const result = handle();
    hasThrown = false;
    return result;
  } finally {
    if (hasThrown && watch.stage !== 'over') {
      contain('hiding stack frames', () => {
        const { hideOwnFrames } = loadPart<typeof import('./own-frames.ts')>(import.meta.url, './own-frames');
        watch.showOwnFrames ??= hideOwnFrames();
      });
      leave(watch);
      // It was called by hand, and the error caught.
      setTimeout(() => revive(watch), SURVIVED_MS).unref();
    }
  }
}

/** node:domain is called by Node.js itself, right after `uncaughtExceptionMonitor`. */
function watchDomain(watch: Watch): void {
  const { domain } = process as { domain?: { _errorHandler?: AnyFunction } | null };
  const handle = domain?._errorHandler;
  if (domain == null || handle === undefined) return;
  domain._errorHandler = function (...args) {
    delete domain._errorHandler;
    return callFatally(watch, () => Reflect.apply(handle, this, args));
  };
}

function wrapExit(watch: Watch, exit: AnyFunction): AnyFunction {
  return function (...args) {
    leave(watch);
    try {
      return Reflect.apply(exit, this, args);
    } finally {
      // It throws, or a test has put something harmless in its place.
      revive(watch);
    }
  };
}

function wrapCapture(watch: Watch, capture: AnyFunction): AnyFunction {
  return function (handle) {
    const watched: AnyFunction = function (...args) {
      return callFatally(watch, () => Reflect.apply(handle as AnyFunction, this, args));
    };
    return Reflect.apply(capture, this, [typeof handle === 'function' ? watched : handle]);
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
