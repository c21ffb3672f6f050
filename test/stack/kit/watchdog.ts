import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Ends the servers and removes their folder when the test process goes, however it goes: the pipe to it closes even on
 * `kill -9`. It is told every process that starts and every one that has ended, so that no number is used twice.
 */
export interface Watchdog {
  started(pid: number): void;
  ended(pid: number): void;
  /** Nothing is left to do. */
  dismiss(): void;
}

const SCRIPT = `
trap '' INT TERM HUP
pids=' '
while read -r what pid; do
  case "$what" in
    started) pids="$pids$pid " ;;
    ended) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
rm -rf "$1"
`;

/** @param folder - removed at the end. */
export function startWatchdog(folder: string): Watchdog {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  const pipe: Writable & { unref?(): void } = child.stdin;
  pipe.unref?.();
  pipe.on('error', () => {});
  return {
    started: (pid) => void pipe.write(`started ${pid}\n`),
    ended: (pid) => void pipe.write(`ended ${pid}\n`),
    dismiss: () => void pipe.end(),
  };
}
