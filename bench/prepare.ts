/** Makes sure that everything the bench needs is there: programs of the machine, packages, and a fresh build of signalbox. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { BENCH } from './variants.ts';

const ROOT = join(BENCH, '..');

/** @throws with what is missing and how to get it. */
export function prepare(): void {
  if (availableParallelism() < 2)
    throw new Error(
      `The bench must have two processor cores, one for the server and one for what loads it, but has ${availableParallelism()}. Nothing is measured.`,
    );
  for (const [program, cure] of [
    ['wrk', 'Install it: apt-get install wrk'],
    ['taskset', 'Install it: apt-get install util-linux'],
  ] as const) {
    if (!isOnPath(program)) throw new Error(`"${program}" must be on the PATH, but was not found. Nothing is measured. ${cure}`);
  }
  npm('run', '--silent', 'build', '--prefix', ROOT);
  if (!isInstalled()) npm('ci', '--prefix', BENCH);
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

/** Whether the pinned packages are the ones that are installed. */
function isInstalled(): boolean {
  const installed = join(BENCH, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const found = readJson<Lock>(installed).packages;
  return Object.entries(readJson<Lock>(join(BENCH, 'package-lock.json')).packages).every(
    ([path, { version }]) => path === '' || found[path]?.version === version,
  );
}

/** Versions of what is compared, as installed. */
export function versions(): Record<string, string> {
  const ofBench = (name: string): string => readJson<{ version: string }>(join(BENCH, 'node_modules', name, 'package.json')).version;
  return {
    node: process.versions.node,
    signalbox: readJson<{ version: string }>(join(ROOT, 'package.json')).version,
    ...Object.fromEntries(
      ['@opentelemetry/auto-instrumentations-node', '@opentelemetry/sdk-node', '@opentelemetry/core', 'express', 'fastify', 'winston'].map(
        (name) => [name, ofBench(name)],
      ),
    ),
  };
}

function npm(...args: string[]): void {
  // What npm says is no result, and stdout may be read as JSON.
  execFileSync('npm', args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
