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
 * `end-event.ts`; the steps of the end are in `end-watch.ts`.
 */
import { setImmediate } from '../runtime/captured.ts';
import { contain } from '../runtime/contain.ts';
import { FATAL_SIGNALS, meaningOf, type FatalSignal } from './end-event.ts';
import { createWatch, isHeld, leave, revive, type ProcessEndHandlers, type Watch } from './end-watch.ts';
import { beforeCrash, callFatally, wrapCapture } from './fatal-errors.ts';
import { hideListeners } from './fatal-signals.ts';
import { wrapProcessFunction, type AnyFunction } from './process-functions.ts';

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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
