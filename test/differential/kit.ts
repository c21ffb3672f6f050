/** Runs a program bare and watched: what it prints, and how it ends, must be the same. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceivedLog, ReceivedMetric, ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { startCollector } from '../e2e/kit/collector.ts';
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
 * @param from - the folder whose `node_modules` have the packages.
 */
export function placeWith(packages: Readonly<Record<string, string>>, linked: readonly string[] = [], from: string = ROOT): Place {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-differential-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(join(ROOT, 'node_modules/@opentelemetry'), join(modules, '@opentelemetry'));
  for (const name of linked) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  // A copy: by a link the package would be known by the name of the alias.
  for (const [name, alias] of Object.entries(packages)) cpSync(join(from, 'node_modules', alias), join(modules, name), { recursive: true });
  cpSync(PROGRAMS, join(folder, 'programs'), { recursive: true });
  return { folder: join(folder, 'programs'), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * The programs, where `require(name)` gives what is in the `node_modules` of `installed`.
 *
 * @param linked - those of the project's own beside them.
 * @param packages - by name, the alias under which another release is installed, which takes its place.
 */
export function placeIn(installed: string, linked: readonly string[] = [], packages: Readonly<Record<string, string>> = {}): Place {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-differential-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(installed, 'node_modules')))
    if (!name.startsWith('.') && name !== '@opentelemetry' && packages[name] === undefined)
      symlinkSync(join(installed, 'node_modules', name), join(modules, name));
  for (const name of linked) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  // A copy, in which what it needs is found as well.
  for (const [name, alias] of Object.entries(packages))
    cpSync(join(installed, 'node_modules', alias), join(modules, name), { recursive: true });
  linkOpenTelemetry(modules, join(installed, 'node_modules/@opentelemetry'));
  cpSync(PROGRAMS, join(folder, 'programs'), { recursive: true });
  return { folder: join(folder, 'programs'), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * The programs, each as an ES module too, where a package is that of the first of `folders` that has it.
 *
 * @param aliases - by name, what a package of the project is installed as.
 */
export function placeOf(folders: readonly string[], aliases: Readonly<Record<string, string>> = {}): Place {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-differential-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(join(ROOT, 'node_modules/@opentelemetry'), join(modules, '@opentelemetry'));
  // A copy: by a link the package would be known by the name of the alias.
  for (const [name, alias] of Object.entries(aliases)) cpSync(join(ROOT, 'node_modules', alias), join(modules, name), { recursive: true });
  for (const from of folders) linkPackages(join(from, 'node_modules'), modules);
  cpSync(PROGRAMS, join(folder, 'programs'), { recursive: true });
  for (const name of readdirSync(PROGRAMS)) writeAsModule(join(folder, 'programs', name));
  return { folder: join(folder, 'programs'), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What the project has, and what it has not and lies in `more`. */
function linkOpenTelemetry(modules: string, more: string): void {
  const own = join(ROOT, 'node_modules/@opentelemetry');
  const scope = join(modules, '@opentelemetry');
  mkdirSync(scope);
  const owned = readdirSync(own);
  for (const name of owned) symlinkSync(join(own, name), join(scope, name));
  for (const name of readdirSync(more)) if (!owned.includes(name)) symlinkSync(join(more, name), join(scope, name));
}

function linkPackages(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue;
    if (!name.startsWith('@')) linkUnlessThere(join(from, name), join(to, name));
    else if (name !== '@opentelemetry') {
      mkdirSync(join(to, name), { recursive: true });
      for (const scoped of readdirSync(join(from, name))) linkUnlessThere(join(from, name, scoped), join(to, name, scoped));
    }
  }
}

function linkUnlessThere(target: string, path: string): void {
  if (!existsSync(path)) symlinkSync(target, path);
}

/** What a program requires at the beginning of a line is imported instead. */
function writeAsModule(file: string): void {
  const written = file.replace(/\.cjs$/, '.mjs');
  if (written === file || file.endsWith('.app.cjs') || existsSync(written)) return;
  let count = 0;
  const source = readFileSync(file, 'utf8')
    .replaceAll(/^const (.+) = require\(('[^']+')\);$/gm, (_line, names: string, from: string) => {
      const imported = `imported${++count}`;
      // Not all names of a CommonJS module are found by the one who imports it.
      const value = names.startsWith('{') ? `{ ...${imported}.default, ...${imported} }` : `${imported}.default ?? ${imported}`;
      return `import * as ${imported} from ${from};\nconst ${names} = ${value};`;
    })
    .replaceAll(/^require\(('[^']+')\);$/gm, 'import $1;');
  writeFileSync(written, source);
}

export const AS_INSTALLED: Place = { folder: PROGRAMS, [Symbol.dispose]() {} };

export interface Run {
  /** A file of `test/differential/programs`; as an ES module it is watched by `--import`. */
  readonly program: string;
  /** Default: `AS_INSTALLED`. */
  readonly place?: Place;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The Node.js to run; default is the one that runs the test. */
  readonly node?: string | undefined;
}

/** How the program ended, and what it recorded. */
export interface Watched extends Ending {
  readonly spans: readonly ReceivedSpan[];
  readonly metrics: readonly ReceivedMetric[];
  readonly logs: readonly ReceivedLog[];
}

function optionsOf({ program, place = AS_INSTALLED, args = [], env = {}, node }: Run) {
  return { program: join(place.folder, program), args, env, ...(node === undefined ? {} : { node }) };
}

export async function runBare(run: Run): Promise<Ending> {
  return runProgram({ ...optionsOf(run), preload: run.program.endsWith('.mjs') ? 'import-nothing' : 'none' });
}

export async function runWatched(run: Run): Promise<Watched> {
  await using collector = await startCollector();
  const options = optionsOf(run);
  const ending = await runProgram({
    ...options,
    preload: run.program.endsWith('.mjs') ? 'import' : 'require',
    env: { OTEL_SERVICE_NAME: 'differential', ...options.env, ...collector.env },
  });
  return { ...ending, spans: collector.store.spans(), metrics: collector.store.metrics(), logs: collector.store.logs() };
}

/** With the preload of the OpenTelemetry project, for what docs/instrumentation.md says of it. */
export async function runOfficial(run: Run): Promise<Ending> {
  await using collector = await startCollector();
  const options = optionsOf(run);
  return runProgram({
    ...options,
    preload: run.program.endsWith('.mjs') ? 'import-nothing' : 'none',
    nodeFlags: ['--require', createRequire(import.meta.url).resolve('@opentelemetry/auto-instrumentations-node/register')],
    // Its other detectors ask metadata addresses of clouds.
    env: { OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process', OTEL_SERVICE_NAME: 'differential', ...options.env, ...collector.env },
  });
}

/** Lines of both that are not the same in the other one, in the order of the longer one; and how they ended. */
export function differences(bare: Ending, watched: Ending): readonly string[] {
  const [expected, seen] = [bare, watched].map(({ code, signal, stdout }) => [...stdout.split('\n'), `ended with ${code ?? signal}`]) as [
    string[],
    string[],
  ];
  const length = Math.max(expected.length, seen.length);
  const lines: string[] = [];
  for (let at = 0; at < length; at++) if (expected[at] !== seen[at]) lines.push(`${expected[at]}\n  is ${seen[at]}`);
  return lines;
}

/** The same, of a program in which nothing goes wrong: nothing but a start line may be said. */
export async function runQuietly(run: Run): Promise<Watched> {
  const watched = await runWatched(run);
  assertQuiet(watched);
  return watched;
}

export function assertQuiet({ said }: Watched): void {
  assert.deepEqual(
    said.filter(({ level }) => level !== 'info'),
    [],
  );
}

/**
 * Both runs, one after another since they may share a server. Fails when they differ in a line, in the text of a crash or in the code.
 *
 * @param atLeast - lines that the program must print: one that says nothing compares nothing.
 * @param stderrOf - what is compared of what is printed there.
 * @param options - `comparesStdout` is false for a crash in the middle of work: how far the rest came is chance.
 */
export async function compare(
  run: Run,
  atLeast = 1,
  stderrOf: (stderr: string) => readonly string[] = comparable,
  { comparesStdout = true }: { readonly comparesStdout?: boolean } = {},
): Promise<Watched> {
  const bare = await runBare(run);
  const watched = await runWatched(run);
  const shown = ({ code, signal, stdout, ownStderr }: Ending) => ({
    code,
    signal,
    ...(comparesStdout ? { stdout: stdout.split('\n') } : {}),
    stderr: stderrOf(ownStderr),
  });
  assert.equal(bare.timedOut, false, `${bare.stdout}\n${bare.stderr}`);
  assert.deepEqual(shown(watched), shown(bare));
  assert.ok(bare.stdout.split('\n').length > atLeast, `The program compares too little:\n${bare.stdout}\n${bare.stderr}`);
  return watched;
}

/** Frames of a stack trace that are compared: with one of ours above them, which is not shown, the last one falls out. */
const FRAMES = 8;

/**
 * Without the id of the process, how late a timer was, the date of a response, and by which of Node.js' own queues a callback came.
 * Before Node.js 24, one is in the traces of every program that has an `AsyncLocalStorage`.
 */
function comparable(stderr: string): string[] {
  let frames = 0;
  return stderr
    .replaceAll(/^\(node:\d+\)/gm, '(node)')
    .replaceAll(/TimeoutNegativeWarning: -\d+/g, 'TimeoutNegativeWarning: -1')
    .split('\n')
    .map((line) => line.replace(/ \{$/, ''))
    .filter((line) => {
      if (/^ +at .*\(node:internal\/(?:process\/task_queues|timers|async_hooks):|^ +'date' => /.test(line)) return false;
      frames = /^ +at /.test(line) ? frames + 1 : 0;
      return frames <= FRAMES;
    });
}
