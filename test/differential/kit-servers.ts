/** Runs a program bare and under the preload: what it prints and how it ends must be the same. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startCollector } from '../e2e/kit/collector.ts';
import { ROOT, runProgram, type Ending } from '../e2e/kit/run-program.ts';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import type { ReceivedMetric } from '../../src/otlp/decode/model.ts';

export interface Watched extends Ending {
  readonly spans: readonly ReceivedSpan[];
  readonly metrics: readonly ReceivedMetric[];
}

interface Run {
  /** A file of `test/differential/programs`. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const fileOf = (program: string): string => join(ROOT, 'test/differential/programs', program);

export async function runBare({ program, args = [], env = {} }: Run): Promise<Ending> {
  return runProgram({ program: fileOf(program), args, preload: 'none', env });
}

/** What the program recorded comes with how it ended. */
export async function runWatched({ program, args = [], env = {} }: Run): Promise<Watched> {
  await using collector = await startCollector();
  const ending = await runProgram({ program: fileOf(program), args, env: { ...env, ...collector.env } });
  return { ...ending, spans: collector.store.spans(), metrics: collector.store.metrics() };
}

/**
 * Both runs, one after another since they share a server. Fails when they differ in a line, in the text of a crash or in the code.
 *
 * @param atLeast - lines that the program must print: one that says nothing compares nothing.
 */
export async function compare(run: Run, atLeast = 1): Promise<Watched> {
  const bare = await runBare(run);
  const watched = await runWatched(run);
  const shown = ({ code, signal, stdout, ownStderr }: Ending) => ({
    code,
    signal,
    stdout: stdout.split('\n'),
    stderr: comparable(ownStderr),
  });
  assert.equal(bare.timedOut, false, `${bare.stdout}\n${bare.stderr}`);
  assert.deepEqual(shown(watched), shown(bare));
  assert.ok(bare.stdout.split('\n').length > atLeast, `${bare.stdout}\n${bare.stderr}`);
  return watched;
}

/** Frames of a stack trace that are compared: with one of ours above them, which is not shown, the last one falls out. */
const FRAMES = 8;

/** Without the id of the process, how late a timer was, the date of a response, and by which of Node.js' own queues a callback came. */
function comparable(stderr: string): string[] {
  let frames = 0;
  return stderr
    .replaceAll(/^\(node:\d+\)/gm, '(node)')
    .replaceAll(/TimeoutNegativeWarning: -\d+/g, 'TimeoutNegativeWarning: -1')
    .split('\n')
    .map((line) => line.replace(/ \{$/, ''))
    .filter((line) => {
      if (/^ +at .*\(node:internal\/(?:process\/task_queues|timers):|^ +'date' => /.test(line)) return false;
      frames = /^ +at /.test(line) ? frames + 1 : 0;
      return frames <= FRAMES;
    });
}
