/**
 * Learns that the process is ending, whichever way, without changing how it ends.
 *
 * - A fatal signal that the application leaves alone: a listener of ours, present only while the application has none.
 *   With a listener Node.js no longer ends the process, so after the export it is removed and the signal raised again.
 * - A signal that the application handles itself: we are told, export, and leave the ending to it.
 * - `process.exit()`, a crash, an empty event loop: after the application's own `exit` listeners.
 *
 * `process.emit` and `process.reallyExit` are wrapped rather than listened to: a listener would be counted by programs
 * that look at `listenerCount` to decide who ends the process, and could not run after the application's own.
 */

/** Those that end a process and that somebody sends on purpose; SIGUSR2 is how nodemon restarts. */
const FATAL_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
export type FatalSignal = (typeof FATAL_SIGNALS)[number];
/** A process that survives its own signal (number 1 in a container does) goes on as before. */
const SURVIVED_MS = 200;

export interface ProcessEndHandlers {
  /** An uncaught error, before Node.js prints it. `handled` when the application has a listener that keeps the process. */
  onCrash(error: unknown, origin: string, handled: boolean): void;
  /** A fatal signal that nobody handles: export without blocking. When it settles, `onExit` follows and the process ends. */
  onFatalSignal(signal: FatalSignal): Promise<void>;
  /** The process goes on after all: it outlived its own signal, or its exit was called off. */
  onSurvived?(): void;
  /** A signal that the application handles itself. */
  onHandledSignal(signal: FatalSignal): void;
  /** The process ends when this returns. May be called twice. */
  onExit(): void;
}

type Emit = (this: NodeJS.Process, event: string | symbol, ...args: unknown[]) => boolean;
interface ProcessInternals {
  emit: Emit;
  reallyExit(code?: number): never;
  readonly _exiting?: boolean;
}

const { setTimeout, clearTimeout, setImmediate } = globalThis;
const kill = process.kill.bind(process);
/** Longest a timer can hold; only keeps the loop alive while an export is under way. */
const FOREVER_MS = 0x7fffffff;

/** Returns a function that takes all of it back. A signal whose export is under way still ends the process. */
export function watchProcessEnd(handlers: ProcessEndHandlers): () => void {
  const internals = process as unknown as ProcessInternals;
  const emit = internals.emit;
  const reallyExit = internals.reallyExit;
  let watching = true;
  let leaving = false;
  let adjusting = false;
  let ending: FatalSignal | undefined;
  let hasLookedForSignals = false;

  const listeners = new Map<FatalSignal, () => void>(FATAL_SIGNALS.map((signal) => [signal, () => void endBySignal(signal)]));
  const oursFor = (signal: FatalSignal): (() => void) => listeners.get(signal) as () => void;
  const isListening = (signal: FatalSignal): boolean => process.rawListeners(signal).includes(oursFor(signal));

  /** Listen where the application does not, and only there. */
  function adjust(signal: FatalSignal): void {
    const count = process.listenerCount(signal);
    const listening = isListening(signal);
    adjusting = true;
    try {
      if (count === 0 && watching && !leaving) process.on(signal, oursFor(signal));
      else if (listening && (count > 1 || !watching || leaving)) process.removeListener(signal, oursFor(signal));
    } catch {
      // A frozen process, or a platform that does not know the signal.
    } finally {
      adjusting = false;
    }
  }

  function adjustAll(): void {
    for (const signal of FATAL_SIGNALS) adjust(signal);
  }

  function silence(signal: FatalSignal): void {
    adjusting = true;
    try {
      process.removeListener(signal, oursFor(signal));
    } finally {
      adjusting = false;
    }
  }

  async function endBySignal(signal: FatalSignal): Promise<void> {
    if (ending !== undefined) return raise(signal);
    ending = signal;
    const hold = setTimeout(() => {}, FOREVER_MS);
    try {
      await handlers.onFatalSignal(signal);
    } catch {
      // What could not be exported is counted where it waits.
    }
    clearTimeout(hold);
    raise(signal, () => handlers.onExit());
  }

  /** End by `signal` as a process without listeners does; a further signal ends it at once, also during `lastWork`. */
  function raise(signal: FatalSignal, lastWork = (): void => {}): void {
    if (leaving) return;
    leaving = true;
    adjustAll();
    if (watching) quietly(lastWork);
    kill(process.pid, signal);
    setTimeout(revive, SURVIVED_MS).unref();
  }

  /** From here on nothing comes back to the event loop, so a listener of ours would keep a signal from ending the process. */
  function leave(): void {
    leaving = true;
    adjustAll();
    quietly(() => handlers.onExit());
  }

  function revive(): void {
    leaving = false;
    ending = undefined;
    if (!watching) return;
    adjustAll();
    quietly(() => handlers.onSurvived?.());
  }

  const passOn = (event: string | symbol, args: unknown[]): boolean => Reflect.apply(emit, process, [event, ...args]) as boolean;

  const wrappedEmit: Emit = function (event, ...args) {
    if (this !== process || !watching) return Reflect.apply(emit, this, [event, ...args]) as boolean;
    switch (event) {
      case 'exit': {
        let isCalledOff = true;
        try {
          const result = passOn(event, args);
          isCalledOff = false;
          return result;
        } finally {
          if (internals._exiting === true) leave();
          // A listener threw. If that is caught, the process goes on.
          if (isCalledOff) quietly(revive);
        }
      }
      case 'beforeExit':
        // A signal that came while the loop was busy is dispatched in one more turn of it. Without a listener of ours it
        // would have ended the process when it came.
        if (!hasLookedForSignals && FATAL_SIGNALS.some(isListening)) {
          hasLookedForSignals = true;
          setImmediate(() => {});
          return true;
        }
        hasLookedForSignals = false;
        break;
      case 'uncaughtExceptionMonitor':
        quietly(() => withoutOwnFrames(args[0]));
        quietly(() =>
          handlers.onCrash(
            args[0],
            String(args[1]),
            process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback(),
          ),
        );
        break;
      case 'uncaughtException': {
        let hasThrown = true;
        try {
          const result = passOn(event, args);
          hasThrown = false;
          return result;
        } finally {
          // Node.js ends the process for this without an `exit` event. Not caught, for that would change what it prints.
          if (hasThrown) leave();
        }
      }
      case 'newListener':
        // Ours goes before the application's first comes, so that it never sees ours beside its own.
        if (isFatalSignal(args[0]) && args[1] !== oursFor(args[0])) silence(args[0]);
        break;
      case 'removeListener': {
        const result = passOn(event, args);
        if (isFatalSignal(args[0]) && !adjusting) adjust(args[0]);
        return result;
      }
      default:
        if (isFatalSignal(event)) {
          if (!isListening(event)) quietly(() => void (process.listenerCount(event) > 0 && handlers.onHandledSignal(event)));
          // The application emits it by hand, and has no listener: nothing happens. A signal brings its number.
          else if (typeof args[1] !== 'number') return false;
        }
    }
    return passOn(event, args);
  };

  const wrappedReallyExit = function (this: unknown, code?: number): never {
    if (watching) leave();
    return Reflect.apply(reallyExit, process, [code]) as never;
  };

  // A hardened process object: then only what needs no wrapping works.
  if (override('emit', wrappedEmit) && override('reallyExit', wrappedReallyExit)) adjustAll();

  return () => {
    watching = false;
    for (const signal of FATAL_SIGNALS) quietly(() => silence(signal));
    if (internals.emit === wrappedEmit) restore('emit', emit);
    if (internals.reallyExit === wrappedReallyExit) restore('reallyExit', reallyExit);
  };
}

function isFatalSignal(value: unknown): value is FatalSignal {
  return FATAL_SIGNALS.includes(value as FatalSignal);
}

function override(name: 'emit' | 'reallyExit', value: unknown): boolean {
  const enumerable = Object.prototype.propertyIsEnumerable.call(process, name);
  return Reflect.defineProperty(process, name, { value, writable: true, configurable: true, enumerable });
}

/** `emit` is inherited, `reallyExit` is the process's own. */
function restore(name: 'emit' | 'reallyExit', original: unknown): void {
  if (name === 'emit') Reflect.deleteProperty(process, name);
  if ((process as unknown as Record<string, unknown>)[name] !== original) override(name, original);
}

/** An error that a listener of the process threw was thrown through `wrappedEmit`; what Node.js prints does not show it. */
function withoutOwnFrames(error: unknown): void {
  if (!(error instanceof Error)) return;
  const { stack } = error;
  if (typeof stack !== 'string' || !stack.includes(import.meta.url)) return;
  error.stack = stack
    .split('\n')
    .filter((line) => !line.includes(import.meta.url))
    .join('\n');
}

/** Telemetry that fails here must not replace the application's own ending. */
function quietly(fn: () => void): void {
  try {
    fn();
  } catch {
    // Whatever it was, the process is ending and has its own story to tell.
  }
}
