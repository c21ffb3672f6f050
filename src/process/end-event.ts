/** What an event of `process` means for its end. Policy only: nothing here touches the process. */

/** Those that end a process and that somebody sends on purpose; SIGUSR2 is how nodemon restarts. */
export const FATAL_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
export type FatalSignal = (typeof FATAL_SIGNALS)[number];

export function isFatalSignal(value: unknown): value is FatalSignal {
  return FATAL_SIGNALS.includes(value as FatalSignal);
}

export type EventMeaning =
  /** Nothing: it goes on to the application's listeners. */
  | 'unrelated'
  /** `exit`: the last listeners of the application run, then the process ends. */
  | 'exiting'
  /** `beforeExit`, but a signal may have come while the loop was busy: one more turn of it tells. */
  | 'look-for-signals'
  /** `beforeExit`: the application has nothing left to do. */
  | 'nothing-left'
  /** An uncaught error, before anybody handles it. */
  | 'uncaught'
  /** The application's own listeners for uncaught errors: one that throws ends the process. */
  | 'uncaught-handled'
  /** The application is about to listen to a fatal signal, and must not see a listener of ours beside its own. */
  | 'own-listener-comes'
  /** A listener of a fatal signal has gone: if it was the application's last one, ours comes back. */
  | 'own-listener-went'
  /** A fatal signal that the application handles: how the process ends is its affair. */
  | 'signal-handled'
  /** A fatal signal that nobody but us listens to. */
  | 'signal-ours'
  /** The application emits a signal that it does not listen to, which does nothing. */
  | 'signal-emitted-by-hand';

/** What else it depends on. Asked only for the events that it matters for. */
export interface EventSituation {
  /** Whether our listener is there for `signal`, as it is while the application has none. */
  isOurs(signal: FatalSignal): boolean;
  /** Whether `listener` is the one of ours for `signal`. */
  isOurListener(signal: FatalSignal, listener: unknown): boolean;
  /** Whether the application listens to `signal`. */
  isHandled(signal: FatalSignal): boolean;
  /** Whether the turn of the loop that `look-for-signals` asks for is over. */
  readonly hasLookedForSignals: boolean;
  /** Whether it is we who add and remove a listener. */
  readonly isAdjusting: boolean;
}

/** @param first - of the arguments of the event; a signal brings its name, then its number. */
export function meaningOf(event: unknown, first: unknown, second: unknown, situation: EventSituation): EventMeaning {
  switch (event) {
    case 'exit':
      return 'exiting';
    case 'beforeExit':
      // Without a listener of ours a signal would have ended the process when it came.
      return !situation.hasLookedForSignals && FATAL_SIGNALS.some((signal) => situation.isOurs(signal))
        ? 'look-for-signals'
        : 'nothing-left';
    case 'uncaughtExceptionMonitor':
      return 'uncaught';
    case 'uncaughtException':
      return 'uncaught-handled';
    case 'newListener':
      return isFatalSignal(first) && !situation.isOurListener(first, second) ? 'own-listener-comes' : 'unrelated';
    case 'removeListener':
      return isFatalSignal(first) && !situation.isAdjusting ? 'own-listener-went' : 'unrelated';
    default:
      return isFatalSignal(event) ? meaningOfSignal(event, second, situation) : 'unrelated';
  }
}

function meaningOfSignal(signal: FatalSignal, number: unknown, situation: EventSituation): EventMeaning {
  if (!situation.isOurs(signal)) return situation.isHandled(signal) ? 'signal-handled' : 'unrelated';
  return typeof number === 'number' ? 'signal-ours' : 'signal-emitted-by-hand';
}

/** What the watch of a process is doing about its end. */
export type EndStage =
  /** The process goes on. */
  | 'watching'
  /** A fatal signal came: the loop runs on while everything is exported. */
  | 'exporting'
  /** Nothing comes back to the event loop: a listener of ours would keep a signal from ending the process. */
  | 'leaving'
  /** The watch was taken back. */
  | 'over';

/** Whether a listener of ours is to be there for a signal that has `listeners` others. */
export function wantsListener(stage: EndStage, listeners: number): boolean {
  return listeners === 0 && (stage === 'watching' || stage === 'exporting');
}
