/**
 * The preload: `node --require signalbox/register app.js`, `node --import signalbox/register app.mjs`, `NODE_OPTIONS`.
 *
 * The one file that does something when it is imported. It has no static import, for the thread that runs a loader's
 * hooks on older releases runs preloads too, and must get nothing to load.
 */
export {};

type WorkerSettings = import('./config/worker-settings.ts').WorkerSettings;

/** As in `config/worker-settings.ts`, which is not loaded for it. */
const WORKER_SETTINGS: typeof import('./config/worker-settings.ts').WORKER_SETTINGS = 'signalbox.worker-settings';
const OLDEST = [22, 15] as const;

/** Also read by `too-old.cts`, so that it is said once. */
const sayUnusable = (why: string): void => {
  process.stderr.write(why);
  (globalThis as { [said: symbol]: true })[Symbol.for('signalbox.too-old')] = true;
};
/** @throws when anything is not as Node.js makes it, such as `process.getBuiltinModule`. */
function begin(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    return sayUnusable(
      `signalbox: Node.js must be ${OLDEST.join('.')} or newer, but this is ${process.versions.node}. The application runs without telemetry. Update Node.js.\n`,
    );
  if (process.features.require_module === false)
    return sayUnusable(
      'signalbox: Node.js must allow require() of ES modules, but runs with --no-experimental-require-module. The application runs without telemetry. Remove the flag.\n',
    );
  const { getEnvironmentData, isInternalThread, isMainThread } = process.getBuiltinModule(
    'node:worker_threads',
  ) as typeof import('node:worker_threads') & { isInternalThread?: boolean };
  if (isInternalThread === true) return;
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
  if (isMainThread) return (require('./preload.js') as typeof import('./preload.ts')).preload();
  // Not there when the main thread has no telemetry, or none for worker threads.
  const { settings } = (getEnvironmentData(WORKER_SETTINGS) ?? {}) as { settings?: WorkerSettings };
  if (settings !== undefined) (require('./worker-stand-in.js') as typeof import('./worker-stand-in.ts')).standIn(settings);
}

try {
  begin();
} catch (error) {
  try {
    const why = String((error as Error).message)
      .replace(/\s+/g, ' ')
      .replace(/\.+$/, '');
    process.stderr.write(`signalbox: Telemetry did not start: ${why}. The application runs without it.\n`);
  } catch {
    // A closed stderr: nobody could read it.
  }
}
