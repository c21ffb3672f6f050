import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { eventually } from './eventually.ts';
import type { Watchdog } from './watchdog.ts';

/** A server of the stack that can go away and come back, with the same ports and the same data. */
export interface Server {
  readonly name: string;
  /** @throws {Error} with the end of its log when it ends or is not ready in time. */
  start(): Promise<void>;
  /** Send the signal and wait for its end. Does nothing when it does not run. @defaultValue SIGTERM */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** The end of both its outputs, of all its runs. */
  log(): string;
}

export interface ServerCommand {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Answers 200 once it is ready. */
  readonly readyUrl: string;
}

const LOG_CHARACTERS = 64 * 1024;
const READY_DEADLINE_MS = 30_000;
/** A Collector whose queue is full waits for room; this is longer than anything that ends well. */
const STOP_DEADLINE_MS = 20_000;

export function createServer(command: ServerCommand, watchdog: Watchdog): Server {
  let child: ChildProcess | undefined;
  let log = '';

  async function start(): Promise<void> {
    if (child) throw new Error(`${command.name} runs already.`);
    const started = spawn(command.file, command.args, {
      cwd: command.cwd,
      // Nothing of the test's own environment but what every program needs: no OTEL_* of the caller.
      env: { PATH: process.env['PATH'], HOME: command.cwd, ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-LOG_CHARACTERS);
      });
    }
    const { pid } = started;
    if (pid !== undefined) watchdog.started(pid);
    let end: string | undefined;
    started.once('error', (error) => {
      end = error.message;
    });
    started.once('exit', (code, signal) => {
      end = String(signal ?? `exit code ${code}`);
      if (pid !== undefined) watchdog.ended(pid);
      if (child === started) child = undefined;
    });
    try {
      await eventually(async () => {
        if (end !== undefined) return 'ended';
        return (await fetch(command.readyUrl, { signal: AbortSignal.timeout(2000) })).ok && 'ready';
      }, READY_DEADLINE_MS);
      if (end !== undefined) throw new Error(`it ended: ${end}`);
    } catch (error) {
      await stop('SIGKILL');
      throw new Error(`${command.name} did not start: ${String(error)}\n${log.slice(-4000)}`, { cause: error });
    }
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const stopping = child;
    if (!stopping || stopping.exitCode !== null || stopping.signalCode !== null) return;
    const exit = once(stopping, 'exit');
    stopping.kill(signal);
    const late = setTimeout(() => stopping.kill('SIGKILL'), STOP_DEADLINE_MS);
    await exit;
    clearTimeout(late);
    if (signal !== 'SIGKILL' && stopping.signalCode === 'SIGKILL') {
      throw new Error(`${command.name} did not end within ${STOP_DEADLINE_MS / 1000} s of ${signal}.\n${log.slice(-4000)}`);
    }
  }

  return { name: command.name, start, stop, log: () => log };
}
