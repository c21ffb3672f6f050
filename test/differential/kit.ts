/** Runs a program bare and watched: what it prints, and how it ends, must be the same. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCollector, type Collector } from '../e2e/kit/collector.ts';
import { ROOT, runProgram, type Ending } from '../e2e/kit/run-program.ts';

export const PROGRAMS = join(ROOT, 'test/differential/programs');

/** A folder with the programs, in which `require(name)` of another major gives what is installed under an alias. */
export interface Place {
  readonly folder: string;
  [Symbol.dispose](): void;
}

/**
 * @param packages - by name, what each is installed as.
 * @param linked - those beside them that are as installed, with what they depend on.
 */
export function placeWith(packages: Readonly<Record<string, string>>, linked: readonly string[] = []): Place {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-differential-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(join(ROOT, 'node_modules/@opentelemetry'), join(modules, '@opentelemetry'));
  for (const name of linked) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  // A copy: by a link the package would be known by the name of the alias.
  for (const [name, alias] of Object.entries(packages)) cpSync(join(ROOT, 'node_modules', alias), join(modules, name), { recursive: true });
  cpSync(PROGRAMS, join(folder, 'programs'), { recursive: true });
  return { folder: join(folder, 'programs'), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

export const AS_INSTALLED: Place = { folder: PROGRAMS, [Symbol.dispose]() {} };

export interface Watched {
  readonly collector: Collector;
  readonly ending: Ending;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Run `file` watched. Nothing but a start line may be said. */
export async function runWatched(place: Place, file: string, env: Readonly<Record<string, string>> = {}): Promise<Watched> {
  const collector = await startCollector();
  const preload = file.endsWith('.mjs') ? 'import' : 'require';
  const program = join(place.folder, file);
  const ending = await runProgram({ program, preload, env: { ...collector.env, OTEL_SERVICE_NAME: 'differential', ...env } });
  const watched = { collector, ending, [Symbol.asyncDispose]: () => collector[Symbol.asyncDispose]() };
  try {
    assert.deepEqual(
      ending.said.filter(({ level }) => level !== 'info'),
      [],
    );
    return watched;
  } catch (error) {
    await watched[Symbol.asyncDispose]();
    throw error;
  }
}

/** @returns how many lines were compared. */
export async function assertSameAsBare(place: Place, file: string, env: Readonly<Record<string, string>> = {}): Promise<number> {
  const program = join(place.folder, file);
  const bare = await runProgram({ program, preload: file.endsWith('.mjs') ? 'import-nothing' : 'none', env });
  await using watched = await runWatched(place, file, env);
  const lines = watched.ending.stdout.split('\n');
  assert.deepEqual(lines, bare.stdout.split('\n'));
  assert.equal(watched.ending.ownStderr, bare.ownStderr);
  assert.deepEqual(
    { code: watched.ending.code, signal: watched.ending.signal, timedOut: watched.ending.timedOut },
    { code: bare.code, signal: bare.signal, timedOut: false },
  );
  assert.ok(lines.length > 20, `The program compares too little:\n${bare.stdout}${bare.stderr}`);
  return lines.length;
}
