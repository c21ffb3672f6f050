import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import type { Watchdog } from './watchdog.ts';

export interface Restartable {
  /** Resolves when it has written a line that holds `ready`. Can be called again after `kill`. */
  start(): Promise<void>;
  /** At once, as a lack of memory does it. Does nothing when it does not run. */
  kill(): Promise<void>;
}

export interface Program {
  readonly command: readonly [file: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A part of the line that it writes when it is ready. */
  readonly ready: string;
}

/** A process that can be killed and comes back the same. */
export function restartable({ command: [file, ...args], cwd, env, ready }: Program, watchdog: Watchdog): Restartable {
  let child: ChildProcess | undefined;
  return {
    async start() {
      const started = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
      child = started;
      await once(started, 'spawn');
      const { pid = 0 } = started;
      watchdog.started(pid);
      started.once('exit', () => watchdog.ended(pid));
      await new Promise<void>((resolve, reject) => {
        const lines = createInterface({ input: started.stdout });
        lines.on('line', (line) => line.includes(ready) && resolve());
        lines.once('close', () => reject(new Error(`${file} ended before it wrote ${JSON.stringify(ready)}.`)));
      });
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}
