// Server programs of other people, for test/programs: what its lockfile names, into the user's cache folder.
//
//   node scripts/install-programs.mjs     install unless it is there, print where it lies
//
// The folder is named by what is to be installed, so that a checkout finds what its own lockfile says and two checkouts
// do not disturb each other. No install script of a package runs. Plain Node 20 or newer, as nothing of the project
// needs to be installed for it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.mjs';

const run = promisify(execFile);

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '../test/programs');
const FILES = ['package.json', 'package-lock.json', '.npmrc'];

/** Some 1,400 packages, 900 MB. */
const INSTALL_TIMEOUT_MS = 900_000;

/**
 * Where the programs lie, or would lie. Installs nothing.
 *
 * @returns {string} an absolute path; it holds `node_modules` when the programs are installed.
 */
export function programsFolder() {
  const hash = createHash('sha256');
  for (const file of FILES) hash.update(readFileSync(join(SOURCE, file)));
  return join(cacheFolder('programs'), hash.digest('hex').slice(0, 16));
}

/** @returns {boolean} */
export function programsInstalled() {
  return existsSync(join(programsFolder(), 'node_modules'));
}

/**
 * Install the programs unless they are there.
 *
 * @returns {Promise<string>} the folder that holds `node_modules`.
 * @throws {Error} when npm cannot install them.
 */
export async function installPrograms() {
  const folder = programsFolder();
  if (programsInstalled()) return folder;

  const root = cacheFolder('programs');
  mkdirSync(root, { recursive: true });
  const temporary = mkdtempSync(join(root, '.installing-'));
  try {
    for (const file of FILES) copyFileSync(join(SOURCE, file), join(temporary, file));
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: temporary,
      timeout: INSTALL_TIMEOUT_MS,
      maxBuffer: 2 ** 26,
    });
    // Another process may have been faster, and left the same.
    if (!programsInstalled()) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(temporary, folder);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(await installPrograms());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
