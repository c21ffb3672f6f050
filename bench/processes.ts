/** Starts and ends the processes of the bench, each on the core where it belongs. */
import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { BENCH, PRELOAD, type App, type Variant } from './variants.ts';

const run = promisify(execFile);

/** The server under measurement has this core for itself, with all of its threads. */
const SERVER_CORE = '0';
/** Everything else: what loads it, what it exports to, what it asks, and the bench. */
const OTHER_CORE = '1';

/** Put this process, and what it starts from now on, on the other core. */
export async function leaveServerCore(): Promise<void> {
  await run('taskset', ['-a', '-c', '-p', OTHER_CORE, String(process.pid)]);
}

export interface ModuleCount {
  readonly commonjs: number;
  readonly esModules: number;
  /** Paths of the files, as URLs. */
  readonly files: readonly string[];
}

/** What a server tells of itself, see `apps/report.cjs`. */
export interface Facts {
  /** Begun since its start, those included whose client was gone before the answer. */
  readonly requests: number;
  /** User and system time of all threads since the process began. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly modules?: ModuleCount;
}

export interface Server {
  readonly url: string;
  /** From before `spawn` until the server said that it listens. */
  readonly startMs: number;
  readonly atListening: Facts;
  facts(): Promise<Facts>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly app: App;
  readonly variant: Variant;
  readonly env: NodeJS.ProcessEnv;
  /** Arguments of `node` before the preload's. */
  readonly nodeArgs?: readonly string[];
}

/** @throws when the server ends before it listens, with what it wrote to stderr. */
export async function startServer({ app, variant, env, nodeArgs = [] }: ServerOptions): Promise<Server> {
  const startedAt = performance.now();
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, ...nodeArgs, ...PRELOAD[variant], `apps/${app}.cjs`], {
    cwd: BENCH,
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  (child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const lines = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();

  async function next(): Promise<Facts & { port: number }> {
    const { value, done } = await lines.next();
    if (done === true)
      throw new Error(
        `The server "${app}" with "${variant}" must stay up, but it ended. The bench stops. It wrote: ${stderr.trim() || 'nothing'}`,
      );
    return JSON.parse(value);
  }

  const atListening = await next();
  const startMs = performance.now() - startedAt;
  return {
    url: `http://127.0.0.1:${atListening.port}${app === 'http' ? '/' : '/orders/42'}`,
    startMs,
    atListening,
    facts() {
      child.kill('SIGUSR2');
      return next();
    },
    stop: () => kill(child),
  };
}

export interface Received {
  readonly spans: number;
  readonly logs: number;
  readonly metrics: number;
}

export interface Helper {
  readonly url: string;
  /** Records that arrived since its start; of the sink only. */
  received(): Promise<Received>;
  stop(): Promise<void>;
}

/** Start `sink.ts` or `upstream.ts`, and wait until it listens. */
export async function startHelper(name: 'sink' | 'upstream'): Promise<Helper> {
  const child = fork(`${BENCH}${name}.ts`, { execArgv: [] });
  const messages = on(child, 'message', { close: ['exit'] });

  async function next<T>(): Promise<T> {
    const { value, done } = await messages.next();
    if (done === true) throw new Error(`The bench's ${name} must stay up, but it ended. The bench stops; see what it wrote above.`);
    return value[0] as T;
  }

  const { url } = await next<{ url: string }>();
  return {
    url,
    received() {
      child.send('count');
      return next();
    },
    stop: () => kill(child),
  };
}

const CONNECTIONS = 50;

/**
 * Send requests for so long, and say how many were answered in a second.
 *
 * @throws when an answer was not 2xx, for then something else than the application was measured. */
export async function load(url: string, seconds: number): Promise<number> {
  const { stdout } = await run('wrk', [
    '--threads',
    '1',
    '--connections',
    String(CONNECTIONS),
    '--duration',
    `${seconds}s`,
    '--timeout',
    '10s',
    url,
  ]);
  const trouble = /^.*(Socket errors|Non-2xx).*$/m.exec(stdout);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  if (trouble !== null || !(perSecond > 0))
    throw new Error(
      `Every request to ${url} must be answered with 2xx, but wrk says: ${(trouble?.[0] ?? stdout).trim()}. The bench stops.`,
    );
  return perSecond;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
