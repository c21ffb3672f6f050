/** The file descriptor of stdout, which is never waited for. */
import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { attempt } from '../../runtime/contain.ts';
import type { LineTarget } from './line-queue.ts';

const STDOUT = 1;
/** `PIPE_BUF`: a pipe takes so much whole, so that lines of several processes do not mix. */
const PIPE_PIECE_BYTES = 4096;
const PIECE_BYTES = 65_536;

export function isTerminal(): boolean {
  return isatty(STDOUT);
}

export function stdoutTarget(): LineTarget {
  const stat = attempt(() => fstatSync(STDOUT));
  const isPipe = stat?.isFIFO() === true;
  // Node.js makes a pipe non-blocking when its stream is first asked for: a reader that is slow must not stop the process.
  if (isPipe || stat?.isSocket() === true) attempt(() => process.stdout);
  return {
    name: 'stdout',
    pieceBytes: isPipe ? PIPE_PIECE_BYTES : PIECE_BYTES,
    write: (bytes) => writeSync(STDOUT, bytes),
    writeText: (text) => writeSync(STDOUT, text),
  };
}
