// Starts the shop's processes on free ports, and stops them.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const STOP_TIMEOUT_MS = 10_000;

/**
 * Start database, inventory, worker and storefront; resolves when all of them are ready.
 *
 * @param {object} [options]
 * @param {string} [options.databaseUrl] - a PostgreSQL; by default DATABASE_URL, else an embedded one is started.
 * @param {string[]} [options.nodeArgs] - flags for the three services' Node.js (`--require …`); database and migration get none.
 * @param {string} [options.node] - the binary to run the services with, default this process' own.
 * @param {(service: string) => Record<string, string>} [options.env] - variables for one service, beside the inherited ones.
 * @param {(service: string, line: string) => void} [options.onLine] - called with every line that a process writes.
 * @param {boolean} [options.withDesk] - start the customers' desk, too.
 * @param {AbortSignal} [options.signal] - stop starting.
 * @returns {Promise<Shop>}
 * @throws when a process ends before it is ready, or `signal` is raised; what was started is stopped by then.
 *
 * @typedef {object} Shop
 * @property {string} url - of the storefront.
 * @property {string} inventoryUrl
 * @property {string} [deskUrl] - of the customers' desk.
 * @property {string} databaseUrl
 * @property {Record<string, number>} pids - by service.
 * @property {() => Promise<Exit[]>} stop - asks every service to end, and kills what has not ended after 10 s.
 *
 * @typedef {object} Exit
 * @property {string} service
 * @property {number | null} code
 * @property {string | null} signal
 */
export async function startShop({
  databaseUrl = process.env.DATABASE_URL,
  nodeArgs = [],
  node = process.execPath,
  env = () => ({}),
  onLine = () => {},
  withDesk = false,
  signal,
} = {}) {
  const processes = [];
  const run = (name, file, { binary = process.execPath, args = [], variables }) => {
    const started = startProcess(name, binary, [...args, fileURLToPath(new URL(file, import.meta.url))], variables, onLine);
    processes.push(started);
    return started;
  };
  const serve = (name, file, variables) => run(name, file, { binary: node, args: nodeArgs, variables: { ...variables, ...env(name) } });

  // The storefront first, so that what it is still serving finds the others.
  const stop = async () => {
    const exits = [];
    for (const started of processes.toReversed()) exits.push(await stopProcess(started));
    return exits;
  };

  const start = async () => {
    if (!databaseUrl) {
      const { port } = await run('database', 'database.js', { variables: { PORT: '0' } }).ready('database listening');
      databaseUrl = `postgresql://postgres@127.0.0.1:${port}/postgres`;
    }
    const shared = { DATABASE_URL: databaseUrl };
    const migration = await run('migrate', 'migrate.js', { variables: shared }).ended;
    if (migration.code !== 0) throw new Error('the database could not be prepared');
    signal?.throwIfAborted();

    const inventory = serve('inventory', 'inventory.js', { ...shared, PORT: '0' });
    const worker = serve('worker', 'worker.js', shared);
    const [{ port: inventoryPort }] = await Promise.all([inventory.ready('inventory listening'), worker.ready('worker started')]);
    const inventoryUrl = `http://127.0.0.1:${inventoryPort}`;
    signal?.throwIfAborted();
    const storefront = serve('storefront', 'storefront.cjs', { ...shared, INVENTORY_URL: inventoryUrl, PORT: '0' });
    const url = `http://127.0.0.1:${(await storefront.ready('storefront listening')).port}`;
    signal?.throwIfAborted();
    const desk = withDesk ? serve('desk', 'desk.js', { PORT: '0' }) : undefined;
    const deskUrl = desk && `http://127.0.0.1:${(await desk.ready('desk listening')).port}`;
    signal?.throwIfAborted();

    const pids = Object.fromEntries([inventory, worker, storefront, ...(desk ? [desk] : [])].map(({ name, child }) => [name, child.pid]));
    return { url, inventoryUrl, deskUrl, databaseUrl, pids, stop };
  };

  try {
    return await start();
  } catch (error) {
    await stop();
    throw error;
  }
}

function startProcess(name, binary, args, variables, onLine) {
  const child = spawn(binary, args, { env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
  const waiting = new Map();
  let ended = false;
  const end = new Promise((resolve) => {
    const settle = (exit) => {
      ended = true;
      resolve({ service: name, ...exit });
      for (const { reject } of waiting.values())
        reject(new Error(`${name} must come up, it ended with ${exit.error ?? exit.code ?? exit.signal}`));
    };
    child.on('error', (error) => settle({ code: null, signal: null, error: error.message }));
    child.on('close', (code, signal) => settle({ code, signal }));
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      onLine(name, line);
      if (waiting.size === 0) return;
      const record = parseLogLine(line);
      waiting.get(record?.message)?.resolve(record);
      waiting.delete(record?.message);
    });
  }
  return {
    name,
    child,
    ended: end,
    hasEnded: () => ended,
    /** The log record with that message, once it is written. Ask in the same turn as the start: a line gone by is not kept. */
    ready: (message) => new Promise((resolve, reject) => waiting.set(message, { resolve, reject })),
  };
}

async function stopProcess({ child, ended, hasEnded }) {
  if (!hasEnded()) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  const exit = await ended;
  clearTimeout(timer);
  return exit;
}

/** @returns {Record<string, any> | undefined} what a service logged; undefined for any other line. */
export function parseLogLine(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
