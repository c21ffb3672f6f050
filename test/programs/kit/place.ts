/** The folders that programs run in: made from their files, prepared once, restored before every run. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../e2e/kit/run-program.ts';
import type { Place, ServerProgram } from './server-program.ts';

const PROGRAMS = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface Workshop {
  /** Where a program runs, after its `prepare`. */
  prepare(program: ServerProgram): Promise<PreparedPlace>;
  remove(): void;
}

export interface PreparedPlace extends Place {
  /** Back to how `prepare` left it. */
  restore(): void;
}

/**
 * Below the installation, so that what the programs load is found in the folders above, as in any project; `signalbox`
 * is installed beside for this run only.
 */
export function openWorkshop(installation: string): Workshop {
  const runs = join(installation, 'runs');
  mkdirSync(runs, { recursive: true });
  for (const left of readdirSync(runs))
    if (!isAlive(Number(left.split('-')[0]))) rmSync(join(runs, left), { recursive: true, force: true });
  const root = mkdtempSync(join(runs, `${process.pid}-`));
  installSignalbox(join(root, 'node_modules', 'signalbox'));
  return {
    async prepare(program) {
      const name = folderName(program);
      const folder = join(root, name);
      const kept = join(root, `${name}.kept`);
      const files = join(PROGRAMS, name.split(' ')[0] as string, 'files');
      if (existsSync(files)) cpSync(files, folder, { recursive: true });
      else mkdirSync(folder);
      await program.prepare?.({ installation, folder });
      renameSync(folder, kept);
      return {
        installation,
        folder,
        restore() {
          rmSync(folder, { recursive: true, force: true });
          // Servers tell the time of a file: it must not change.
          cpSync(kept, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
        },
      };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** As npm would: files of its own, for Node.js looks whether code lies in `node_modules`. */
function installSignalbox(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'dist']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** Two uses of one program have two folders, made from the same files. */
function folderName({ name }: ServerProgram): string {
  return name.replace(/^@/, '').replaceAll('/', '-');
}

/** Whether the process that made a folder of runs is still there; a killed test leaves its folder. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
