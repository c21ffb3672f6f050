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

const FATAL_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
export type FatalSignal = (typeof FATAL_SIGNALS)[number];
/** A process that survives its own signal (number 1 in a container does) goes on as before. */
const SURVIVED_MS = 200;

export interface ProcessEndHandlers {
  /** An uncaught error, before Node.js prints it. `handled` when the application has a listener that keeps the process. */
  onCrash(error: unknown, origin: string, handled: boolean): void;
  /** A fatal signal that nobody handles: export without blocking. When it settles, `onExit` follows and the process ends. */
  onFatalSignal(signal: FatalSignal): Promise<void>;
  /** The process outlived its own signal, as number 1 of a container does, and goes on. */
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

const { setTimeout, clearTimeout } = globalThis;
const kill = process.kill.bind(process);
/** Longest a timer can hold; only keeps the loop alive while an export is under way. */
const FOREVER_MS = 0x7fffffff;

/** Returns a function that takes all of it back. */
export function watchProcessEnd(handlers: ProcessEndHandlers): () => void {
  const internals = process as unknown as ProcessInternals;
  const emit = internals.emit;
  const reallyExit = internals.reallyExit;
  let ending: FatalSignal | undefined;
  let watching = true;

  const listeners = new Map<FatalSignal, () => void>(FATAL_SIGNALS.map((signal) => [signal, () => void endBySignal(signal)]));
  const isOurs = (signal: FatalSignal, listener: unknown): boolean => listeners.get(signal) === listener;

  /** Listen where the application does not, and only there. */
  function adjust(signal: FatalSignal): void {
    const ours = listeners.get(signal);
    if (ours === undefined) return; // the process is ending
    const all = process.rawListeners(signal);
    const listening = all.includes(ours);
    if (all.length === 0 && watching) process.on(signal, ours);
    else if (listening && (all.length > 1 || !watching)) process.removeListener(signal, ours);
  }

  async function endBySignal(signal: FatalSignal): Promise<void> {
    if (ending !== undefined) return end(signal);
    ending = signal;
    const hold = setTimeout(() => {}, FOREVER_MS);
    try {
      await handlers.onFatalSignal(signal);
    } catch {
      // What could not be exported is counted where it waits.
    }
    clearTimeout(hold);
    end(signal, () => handlers.onExit());
  }

  /** End by `signal` as a process without listeners does; a further signal ends it at once, also during `lastWork`. */
  function end(signal: FatalSignal, lastWork = (): void => {}): void {
    if (!watching) return;
    watching = false;
    for (const each of FATAL_SIGNALS) adjust(each);
    quietly(lastWork);
    kill(process.pid, signal);
    const survived = setTimeout(() => {
      ending = undefined;
      watching = true;
      quietly(() => handlers.onSurvived?.());
      for (const each of FATAL_SIGNALS) adjust(each);
    }, SURVIVED_MS);
    survived.unref();
  }

  function silence(signal: FatalSignal): void {
    const ours = listeners.get(signal);
    if (ours !== undefined) process.removeListener(signal, ours);
  }

  /** From here on nothing comes back to the event loop, so a listener of ours would keep a signal from ending the process. */
  function leave(): void {
    for (const signal of FATAL_SIGNALS) silence(signal);
    listeners.clear();
    quietly(() => handlers.onExit());
  }

  const wrappedEmit: Emit = function (event, ...args) {
    if (this !== process || !watching) return Reflect.apply(emit, this, [event, ...args]) as boolean;
    switch (event) {
      case 'exit':
        try {
          return Reflect.apply(emit, this, [event, ...args]) as boolean;
        } finally {
          if (internals._exiting === true) leave();
        }
      case 'uncaughtExceptionMonitor':
        quietly(() => withoutOwnFrames(args[0]));
        quietly(() => handlers.onCrash(args[0], String(args[1]), process.listenerCount('uncaughtException') > 0));
        break;
      case 'SIGTERM':
      case 'SIGINT':
      case 'SIGHUP': {
        const ours = listeners.get(event);
        if (process.listenerCount(event) > 0 && !process.rawListeners(event).includes(ours as () => void)) {
          quietly(() => handlers.onHandledSignal(event));
        }
        break;
      }
      case 'newListener':
        // Ours goes before the application's first comes, so that it never sees ours beside its own.
        if (isFatalSignal(args[0]) && !isOurs(args[0], args[1])) silence(args[0]);
        break;
      case 'removeListener': {
        const result = Reflect.apply(emit, this, [event, ...args]) as boolean;
        if (isFatalSignal(args[0]) && !isOurs(args[0], args[1])) adjust(args[0]);
        return result;
      }
    }
    return Reflect.apply(emit, this, [event, ...args]) as boolean;
  };

  const wrappedReallyExit = function (this: unknown, code?: number): never {
    if (watching) leave();
    return Reflect.apply(reallyExit, process, [code]) as never;
  };

  // Frozen intrinsics or a hardened process object: then only what needs no wrapping works.
  const wrapped = override('emit', wrappedEmit) && override('reallyExit', wrappedReallyExit);
  if (wrapped) for (const signal of FATAL_SIGNALS) adjust(signal);

  return () => {
    watching = false;
    for (const signal of FATAL_SIGNALS) silence(signal);
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
  error.stack = stack.split('\n').filter((line) => !(line.includes(import.meta.url) && line.includes('wrapped'))).join('\n');
}

/** Telemetry that fails here must not replace the application's own ending. */
function quietly(fn: () => void): void {
  try {
    fn();
  } catch {
    // Whatever it was, the process is ending and has its own story to tell.
  }
}
