/**
 * Listeners of ours for the signals that end a process: there while the application has none, and never shown to it.
 *
 * With a listener Node.js no longer ends the process, and programs look at `listenerCount` to decide who does.
 */
import { EventEmitter } from 'node:events';
import { contained } from '../runtime/contain.ts';
import { FATAL_SIGNALS, isFatalSignal, wantsListener, type EndStage, type FatalSignal } from './end-event.ts';
import { wrapProcessFunction, type AnyFunction } from './process-functions.ts';

const { listenerCount, rawListeners } = EventEmitter.prototype;

export interface FatalSignals {
  isOurs(signal: FatalSignal): boolean;
  isOurListener(signal: FatalSignal, listener: unknown): boolean;
  /** Whether it is we who add or remove a listener at this moment. */
  readonly isAdjusting: boolean;
  /** Listen where the application does not, and only there. */
  adjust(signal: FatalSignal): void;
  adjustAll(): void;
  /** Remove ours, whether the application listens or not. */
  remove(signal: FatalSignal): void;
}

export function createFatalSignals(onSignal: (signal: FatalSignal) => void, stage: () => EndStage): FatalSignals {
  const ours = new Map(FATAL_SIGNALS.map((signal) => [signal, () => onSignal(signal)]));
  const oursFor = (signal: FatalSignal): (() => void) => ours.get(signal) as () => void;
  let isAdjusting = false;

  const isOurs = (signal: FatalSignal): boolean => rawListeners.call(process, signal).includes(oursFor(signal));

  function adjusting(signal: FatalSignal, change: (listener: () => void) => void): void {
    isAdjusting = true;
    try {
      change(oursFor(signal));
    } catch (error) {
      // A frozen process, or a platform that does not know the signal.
      contained(`listening to ${signal}`, error);
    } finally {
      isAdjusting = false;
    }
  }

  function adjust(signal: FatalSignal): void {
    adjusting(signal, (listener) => {
      const isThere = isOurs(signal);
      const isWanted = wantsListener(stage(), listenerCount.call(process, signal) - (isThere ? 1 : 0));
      if (isWanted && !isThere) process.on(signal, listener);
      else if (isThere && !isWanted) process.removeListener(signal, listener);
    });
  }

  return {
    isOurs,
    isOurListener: (signal, listener) => listener === oursFor(signal),
    get isAdjusting() {
      return isAdjusting;
    },
    adjust,
    adjustAll() {
      for (const signal of FATAL_SIGNALS) adjust(signal);
    },
    remove: (signal) => adjusting(signal, (listener) => process.removeListener(signal, listener)),
  };
}

/** Leave our listeners out of what `process` tells of its listeners. Returns what takes that back. */
export function hideListeners(signals: FatalSignals): ((() => void) | undefined)[] {
  const isHidden = (event: unknown): event is FatalSignal => isFatalSignal(event) && signals.isOurs(event);

  const hideInCount = (count: AnyFunction): AnyFunction =>
    function (...args) {
      const [event, listener] = args;
      const all = Reflect.apply(count, this, args) as number;
      return this === process && (listener === undefined || listener === null) && isHidden(event) ? all - 1 : all;
    };
  const hideInList = (list: AnyFunction): AnyFunction =>
    function (...args) {
      const [event] = args;
      const all = Reflect.apply(list, this, args) as unknown[];
      return this === process && isHidden(event) ? all.filter((listener) => !signals.isOurListener(event, listener)) : all;
    };
  const hideInNames = (list: AnyFunction): AnyFunction =>
    function () {
      const all = Reflect.apply(list, this, []) as unknown[];
      return this === process ? all.filter((event) => !isHidden(event) || listenerCount.call(process, event) > 1) : all;
    };
  return [
    wrapProcessFunction('listenerCount', hideInCount),
    wrapProcessFunction('listeners', hideInList),
    wrapProcessFunction('rawListeners', hideInList),
    wrapProcessFunction('eventNames', hideInNames),
  ];
}
