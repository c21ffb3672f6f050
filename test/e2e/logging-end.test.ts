/** A thousand lines, then the end of the process: all of them arrive, at every destination. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, ROOT } from './kit/run-program.ts';

const program = join(PROGRAMS, 'logging/end.cjs');
const LINES = 1000;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
}

/** @param reader - of stdout: a file, a pipe that is read at once, or one whose reader starts a second late. */
async function run(end: string, reader: string, env: Readonly<Record<string, string>>, flags: readonly string[]): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-logging-'));
  const file = join(folder, 'stdout');
  const out = reader === 'file' ? openSync(file, 'w') : 'pipe';
  // A pipe of the system, as a shell makes it; Node.js itself would make a socket.
  const shell = reader === 'late pipe' ? '| (sleep 1; cat)' : '| cat';
  const node = [process.execPath, ...flags, program, end];
  const options = { cwd: ROOT, env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env } };
  const [command, ...args] =
    reader === 'file' || reader === 'socket' ? node : ['bash', '-c', `${node.join(' ')} ${shell}; exit \${PIPESTATUS[0]}`];
  try {
    const child = spawn(command as string, args, { ...options, stdio: ['ignore', out, 'inherit'] });
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { code, signal, stdout: reader === 'file' ? readFileSync(file, 'utf8') : stdout };
  } finally {
    if (typeof out === 'number') closeSync(out);
    rmSync(folder, { recursive: true });
  }
}

const numbersIn = (stdout: string): number[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { i: number }).i);
const ALL = Array.from({ length: LINES }, (_, i) => i);

describe('lines at the end of the process', () => {
  for (const reader of ['file', 'socket', 'pipe', 'late pipe'])
    for (const end of ['naturally', 'exit', 'throw', 'sigterm']) {
      it(`stdout is a ${reader}, and it ends ${end}: ${LINES} in stdout and at the receiver`, async () => {
        await using collector = await startCollector();
        const { stdout } = await run(end, reader, { ...collector.env, SIGNALBOX_LOG_LEVEL: 'none' }, ['--require', 'signalbox/register']);
        assert.deepEqual(numbersIn(stdout), ALL);
        const received = collector.store
          .logs()
          .filter(({ attributes }) => typeof attributes['i'] === 'number' || typeof attributes['i'] === 'bigint');
        assert.deepEqual(
          received.map(({ attributes }) => Number(attributes['i'])).sort((a, b) => a - b),
          ALL,
        );
      });
    }

  for (const end of ['naturally', 'exit', 'throw']) {
    it(`without register, and it ends ${end}: all in a pipe whose reader starts late`, async () => {
      const { stdout } = await run(end, 'late pipe', { SIGNALBOX_LOG_LEVEL: 'none' }, []);
      assert.deepEqual(numbersIn(stdout), ALL);
    });
  }
});
