import { spawnSync } from 'node:child_process';
import { binaryOf } from './servers.ts';

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Both outputs, in no order. */
export function promtool(...args: readonly string[]): { readonly code: number | null; readonly output: string } {
  const { status, stderr, stdout } = spawnSync(binaryOf('prometheus', 'promtool'), args, { encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES });
  return { code: status, output: stdout + stderr };
}
