/** An application in a folder of its own, which has signalbox as built, and one version of `@sentry/node` or none. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, startProgram, type Ending, type ProgramOptions, type RunningProgram } from '../../e2e/kit/run-program.ts';

// Plain JavaScript without a declaration, hence the type here.
const { arePackagesInstalled, packagesFolder } = (await import(new URL('../../../scripts/install-packages.mjs', import.meta.url).href)) as {
  packagesFolder(name: string): string;
  arePackagesInstalled(name: string): boolean;
};

export const VERSIONS = [10, 11] as const;
export type Version = (typeof VERSIONS)[number];

const required = process.env['SIGNALBOX_TEST_SERVERS'] === 'required';
export const skip =
  !required && !arePackagesInstalled('sentry')
    ? 'SKIP sentry: @sentry/node is not installed for it (node scripts/install-packages.mjs sentry)'
    : false;

const PROGRAMS = join(dirname(fileURLToPath(import.meta.url)), '../programs');

export interface Application {
  readonly folder: string;
  write(file: string, text: string): void;
  /** A package of signalbox's own. */
  link(name: string): void;
  start(program: string, options?: Partial<ProgramOptions>): RunningProgram;
  run(program: string, options?: Partial<ProgramOptions>): Promise<Ending>;
  [Symbol.dispose](): void;
}

export function makeApplication(version: Version | 'none'): Application {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-sentry-')));
  const link = (name: string, to: string): void => {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(to, path);
  };
  link('signalbox', ROOT);
  link('@opentelemetry/api', join(ROOT, 'node_modules/@opentelemetry/api'));
  if (version !== 'none') link('@sentry/node', join(packagesFolder('sentry'), 'node_modules', `sentry${version}`));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'shop', version: '1.4.2' }));
  for (const file of readdirSync(PROGRAMS)) copyFileSync(join(PROGRAMS, file), join(folder, file));
  const start = (program: string, options: Partial<ProgramOptions> = {}): RunningProgram =>
    startProgram({
      program: join(folder, program),
      cwd: folder,
      ...options,
      // Programs that end at once load Sentry while they end, which takes its time on a busy machine.
      env: { SIGNALBOX_SHUTDOWN_TIMEOUT: '30000', ...options.env },
    });
  return {
    folder,
    link: (name) => link(name, join(ROOT, 'node_modules', name)),
    write: (file, text) => writeFileSync(join(folder, file), text),
    start,
    run: (program, options) => start(program, options).ended,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
