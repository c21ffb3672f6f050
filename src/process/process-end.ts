/**
 * Learns that the process is ending, whichever way, without changing how it ends.
 *
 * - A fatal signal that the application leaves alone: a listener of ours, present only while the application has none.
 *   With a listener Node.js no longer ends the process, so after the export it is removed and the signal raised again.
 * - A signal that the application handles itself: we are told, export, and leave the ending to it.
 * - `process.exit()`, a crash, an empty event loop: after the application's own `exit` listeners.
 * - What handles an uncaught error throws: Node.js then ends the process without an `exit` event.
 * - `process.execve()`: another program takes the place of this one.
 *
 * Functions of `process` are wrapped rather than events listened to: a listener could not run after the application's own, and
 * would be counted by programs that look at `listenerCount` to decide who ends the process. The one for a signal is not shown.
 */
import { EventEmitter } from 'node:events';
import { clearTimeout, setImmediate, setTimeout } from '../runtime/captured.ts';

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

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

const kill = process.kill.bind(process);
const { listenerCount, rawListeners } = EventEmitter.prototype;
/** Longest a timer can hold; only keeps the loop alive while an export is under way. */
const FOREVER_MS = 0x7fffffff;

/** Returns a function that takes all of it back, a turn of the loop later. A signal that came before still ends the process. */
export function watchProcessEnd(handlers: ProcessEndHandlers): () => Promise<void> {
  let watching = true;
  let leaving = false;
  let adjusting = false;
  let ending: FatalSignal | undefined;
  let hasLookedForSignals = false;
  let showOwnFrames: (() => void) | undefined;

  const listeners = new Map<FatalSignal, () => void>(FATAL_SIGNALS.map((signal) => [signal, () => void endBySignal(signal)]));
  const oursFor = (signal: FatalSignal): (() => void) => listeners.get(signal) as () => void;
  const isListening = (signal: FatalSignal): boolean => rawListeners.call(process, signal).includes(oursFor(signal));

  /** Listen where the application does not, and only there. */
  function adjust(signal: FatalSignal): void {
    adjusting = true;
    try {
      const count = listenerCount.call(process, signal);
      const listening = isListening(signal);
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
    quietly(() => showOwnFrames?.());
    showOwnFrames = undefined;
    if (!watching) return;
    adjustAll();
    quietly(() => handlers.onSurvived?.());
  }

  /** Node.js ends the process when this throws, without an `exit` event. Not caught, for that would change what it prints. */
  function callFatally<T>(handle: () => T): T {
    let hasThrown = true;
    try {
      const result = handle();
      hasThrown = false;
      return result;
    } finally {
      if (hasThrown && watching) {
        quietly(() => (showOwnFrames ??= hideOwnFrames()));
        leave();
        // It was called by hand, and the error caught.
        setTimeout(revive, SURVIVED_MS).unref();
      }
    }
  }

  /** node:domain is called by Node.js itself, right after `uncaughtExceptionMonitor`. */
  function watchDomain(): void {
    const { domain } = process as { domain?: { _errorHandler?: AnyFunction } | null };
    const handle = domain?._errorHandler;
    if (domain == null || handle === undefined) return;
    domain._errorHandler = function (...args) {
      delete domain._errorHandler;
      return callFatally(() => Reflect.apply(handle, this, args));
    };
  }

  function wrapEmit(emit: AnyFunction): AnyFunction {
    const passOn = (args: unknown[]): unknown => Reflect.apply(emit, process, args);
    return function (...args) {
      if (this !== process || !watching) return Reflect.apply(emit, this, args);
      const [event, first, second] = args;
      switch (event) {
        case 'exit': {
          let isCalledOff = true;
          try {
            const result = passOn(args);
            isCalledOff = false;
            return result;
          } finally {
            if ((process as { _exiting?: boolean })._exiting === true) leave();
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
          quietly(() => withoutOwnFrames(first));
          quietly(() =>
            handlers.onCrash(
              first,
              String(second),
              process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback(),
            ),
          );
          quietly(watchDomain);
          return callFatally(() => passOn(args));
        case 'uncaughtException':
          return callFatally(() => passOn(args));
        case 'newListener':
          // Ours goes before the application's first comes, so that it never sees ours beside its own.
          if (isFatalSignal(first) && second !== oursFor(first)) silence(first);
          break;
        case 'removeListener': {
          const result = passOn(args);
          if (isFatalSignal(first) && !adjusting) adjust(first);
          return result;
        }
        default:
          if (isFatalSignal(event)) {
            if (!isListening(event)) quietly(() => void (process.listenerCount(event) > 0 && handlers.onHandledSignal(event)));
            // The application emits it by hand, and has no listener: nothing happens. A signal brings its number.
            else if (typeof second !== 'number') return false;
          }
      }
      return passOn(args);
    };
  }

  const wrapExit = (exit: AnyFunction): AnyFunction =>
    function (...args) {
      if (watching) leave();
      try {
        return Reflect.apply(exit, this, args);
      } finally {
        // It throws, or a test has put something harmless in its place.
        quietly(revive);
      }
    };

  const wrapCapture = (capture: AnyFunction): AnyFunction =>
    function (handle) {
      const watched: AnyFunction = function (...args) {
        return callFatally(() => Reflect.apply(handle as AnyFunction, this, args));
      };
      return Reflect.apply(capture, this, [typeof handle === 'function' ? watched : handle]);
    };

  const isHidden = (event: unknown): event is FatalSignal => isFatalSignal(event) && isListening(event);
  const wrapCount = (count: AnyFunction): AnyFunction =>
    function (...args) {
      const [event, listener] = args;
      const all = Reflect.apply(count, this, args) as number;
      return this === process && (listener === undefined || listener === null) && isHidden(event) ? all - 1 : all;
    };
  const wrapListeners = (list: AnyFunction): AnyFunction =>
    function (...args) {
      const [event] = args;
      const all = Reflect.apply(list, this, args) as unknown[];
      return this === process && isHidden(event) ? all.filter((listener) => listener !== oursFor(event)) : all;
    };
  const wrapNames = (list: AnyFunction): AnyFunction =>
    function () {
      const all = Reflect.apply(list, this, []) as unknown[];
      return this === process ? all.filter((event) => !isHidden(event) || listenerCount.call(process, event) > 1) : all;
    };

  const undo = [replace('emit', wrapEmit)];
  // A hardened process object: nobody would take our listeners away again.
  if (undo[0] !== undefined) {
    undo.push(
      replace('reallyExit', wrapExit),
      replace('execve', wrapExit),
      replace('setUncaughtExceptionCaptureCallback', wrapCapture),
      replace('addUncaughtExceptionCaptureCallback', wrapCapture),
      replace('listenerCount', wrapCount),
      replace('listeners', wrapListeners),
      replace('rawListeners', wrapListeners),
      replace('eventNames', wrapNames),
    );
    adjustAll();
  }

  return async () => {
    // What the system has told is only now heard of: without a listener of ours it would be forgotten.
    await nextTurn();
    await nextTurn();
    watching = false;
    for (const signal of FATAL_SIGNALS) quietly(() => silence(signal));
    for (const each of undo) each?.();
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function isFatalSignal(value: unknown): value is FatalSignal {
  return FATAL_SIGNALS.includes(value as FatalSignal);
}

/**
 * Put a wrapped function in the place of one of `process`, which not every release has.
 *
 * @returns what takes it back, unless somebody else has replaced it since; `undefined` where nothing was replaced.
 */
function replace(name: string, wrap: (original: AnyFunction) => AnyFunction): (() => void) | undefined {
  const functions = process as unknown as Record<string, AnyFunction | undefined>;
  const original = functions[name];
  if (original === undefined) return undefined;
  const own = Object.getOwnPropertyDescriptor(process, name);
  const value = wrap(original);
  if (!Reflect.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: own?.enumerable === true }))
    return undefined;
  return () => {
    if (functions[name] !== value) return;
    if (own === undefined) Reflect.deleteProperty(process, name);
    else Reflect.defineProperty(process, name, own);
  };
}

const OWN_FOLDER = new URL('../', import.meta.url).href;
/** Those of Node.js that are there because of our hooks. */
const HOOK_FRAME = /^ +at (?:nextStep|resolveWithHooks|defaultResolve) \(node:internal\/modules\/(?:cjs|customization_hooks)/;
const FRAME = /^ +at /;

/**
 * An error that a listener of the process threw was thrown through `wrappedEmit`, one of a module that is missing through a hook;
 * what Node.js prints does not show them.
 */
function withoutOwnFrames(error: unknown): void {
  if (!(error instanceof Error)) return;
  const { stack } = error;
  if (typeof stack !== 'string' || !stack.includes(OWN_FOLDER)) return;
  let left = Error.stackTraceLimit;
  error.stack = stack
    .split('\n')
    .filter((line) => !line.includes(OWN_FOLDER) && !HOOK_FRAME.test(line))
    .filter((line) => !FRAME.test(line) || left-- > 0)
    .join('\n');
}

/**
 * The same for an error that goes straight to the terminal: its stack is written when it is first read, after this.
 *
 * @returns what takes it back.
 */
function hideOwnFrames(): () => void {
  const { prepareStackTrace } = Error;
  if (prepareStackTrace === undefined) return () => {};
  Error.prepareStackTrace = (error, frames) =>
    prepareStackTrace(
      error,
      frames.filter((frame) => frame.getFileName() !== import.meta.url),
    ) as unknown;
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}

/** Telemetry that fails here must not replace the application's own ending. */
function quietly(fn: () => void): void {
  try {
    fn();
  } catch {
    // Whatever it was, the process is ending and has its own story to tell.
  }
}
