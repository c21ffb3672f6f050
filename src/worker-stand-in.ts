/**
 * What a worker thread gets in place of telemetry until it needs some: it waits for the first use of the OpenTelemetry API, or the
 * first resolution of a library that is instrumented. Most worker threads do neither, and load nothing else of signalbox.
 *
 * Nothing is imported here: what Node.js has loaded anyway is cheaper to ask for. The bundle puts this file into `register.js`, so nothing
 * is asked for before it is called either.
 */
import type { WorkerSettings } from './config/worker-settings.ts';
import type { InstrumentationState } from './instrumentation/loading/instrument.ts';

const STATE = Symbol.for('signalbox.telemetry');
/** Where the API, and its older package for logs, look for what is registered. */
const API_GLOBALS = [Symbol.for('opentelemetry.js.api.1'), Symbol.for('io.opentelemetry.js.api.logs')];
/** Scripts of threads that log or that run tests. What they record is not the application's, and may go its own way. */
const HELPERS = ['/thread-stream/lib/worker.js', '/jest-worker/build/workers/threadChild.js'];
const NODE_MODULES = '/node_modules/';

type Resolve = InstrumentationState['resolve'];

export function standIn(settings: WorkerSettings): void {
  const undo: (() => void)[] = [];
  let started: InstrumentationState | undefined;
  let isOver = false;

  /** Returns `undefined` while it starts, and where it does not. */
  function start(): InstrumentationState | undefined {
    if (isOver) return started;
    isOver = true;
    for (const each of undo) each();
    if (!isHelper()) {
      const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
      started = (require(`./start-worker${import.meta.url.slice(-3)}`) as typeof import('./start-worker.ts')).startWorker(
        settings as WorkerSettings,
      );
    }
    return started;
  }

  const targets = new Set(settings.targets);
  undo.push(
    ...API_GLOBALS.map((key) => watchGlobal(key, start)),
    watchState(),
    watchResolution(targets, start),
    watchBuiltinModules(targets, start),
    ...settings.announcements.map((name) => watchChannel(name, start)),
  );
}

type Start = () => InstrumentationState | undefined;

/** Who reads the global is about to record something, or to register an SDK. */
function watchGlobal(key: symbol, start: Start): () => void {
  const globals = globalThis as Record<symbol, unknown>;
  if (Object.hasOwn(globals, key)) return () => {};
  Object.defineProperty(globals, key, {
    configurable: true,
    enumerable: true,
    get() {
      start();
      return globals[key];
    },
    set(value) {
      start();
      globals[key] = value;
    },
  });
  return () => void Reflect.deleteProperty(globals, key);
}

/** `startTelemetry()` in a worker thread: it runs, for the main thread exports. */
function watchState(): () => void {
  const flush = async (): Promise<void> => {};
  const state = { telemetry: { flush, shutdown: flush }, reporter: { say: () => false, forget() {} } };
  Object.defineProperty(globalThis, STATE, { value: state, configurable: true });
  return () => {};
}

function watchResolution(targets: ReadonlySet<string>, start: Start): () => void {
  const resolve: Resolve = (specifier, context, next) => {
    if (isTarget(specifier, targets)) return start()?.resolve(specifier, context, next) ?? next(specifier, context);
    const resolved = resolvePlainly(() => next(specifier, context));
    if (resolved.url.startsWith('file:') && isTarget(resolved.url, targets)) start();
    return resolved;
  };
  const hooks = process.getBuiltinModule('node:module').registerHooks({ resolve } as import('node:module').RegisterHooksOptions);
  return () => hooks.deregister();
}

/** Frames of hooks in the stack trace of what cannot be resolved; it is not to lose as many of the application's. */
const HOOK_FRAMES = 4;

function resolvePlainly<T>(resolve: () => T): T {
  const limit = Error.stackTraceLimit;
  if (typeof limit !== 'number' || Object.isFrozen(Error)) return resolve();
  Error.stackTraceLimit = limit + HOOK_FRAMES;
  try {
    return resolve();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Of a name, or of a file's URL. */
function isTarget(specifier: string, targets: ReadonlySet<string>): boolean {
  let name = specifier;
  const at = name.lastIndexOf(NODE_MODULES);
  if (at !== -1) name = name.slice(at + NODE_MODULES.length);
  else if (name.startsWith('node:')) return targets.has(name.slice('node:'.length));
  if (targets.has(name)) return true;
  const end = name.indexOf('/', name.startsWith('@') ? name.indexOf('/') + 1 : 0);
  return end > 0 && targets.has(name.slice(0, end));
}

/** `process.getBuiltinModule` resolves nothing. */
function watchBuiltinModules(targets: ReadonlySet<string>, start: Start): () => void {
  const original = process.getBuiltinModule;
  const module = original('node:module');
  const watched = function getBuiltinModule(name: string): unknown {
    if (typeof name === 'string' && isTarget(name, targets) && module.isBuiltin(name) && start() !== undefined)
      // Resolved, so that it is patched.
      module.createRequire(process.execPath)(name);
    return original(name);
  } as typeof process.getBuiltinModule;
  process.getBuiltinModule = watched;
  return () => {
    if (process.getBuiltinModule === watched) process.getBuiltinModule = original;
  };
}

/** Subscribers that come while a message is published do not get it, so the first one is passed on. */
function watchChannel(name: string, start: Start): () => void {
  const channel = process.getBuiltinModule('node:diagnostics_channel').channel(name);
  const listener = (message: unknown): void => start()?.announced(name, message);
  channel.subscribe(listener);
  return () => void channel.unsubscribe(listener);
}

/** Known only when the thread's own script is about to run, which is later than the preload. */
function isHelper(): boolean {
  const script = process.argv[1]?.replaceAll('\\', '/');
  return script !== undefined && HELPERS.some((ending) => script.endsWith(ending));
}
