// Packages for tests that are none of the project's own: what a lockfile in a folder of `test` names, into the user's cache folder.
//
//   node scripts/install-packages.mjs programs libraries     install those that are not there, print where they lie
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

const TESTS = join(dirname(fileURLToPath(import.meta.url)), '../test');
const FILES = ['package.json', 'package-lock.json', '.npmrc'];

/** The programs are some 1,400 packages, 900 MB. */
const INSTALL_TIMEOUT_MS = 900_000;

/**
 * Where the packages of `test/NAME` lie, or would lie. Installs nothing.
 *
 * @param {string} name
 * @returns {string} an absolute path; it holds `node_modules` when they are installed.
 */
export function packagesFolder(name) {
  const hash = createHash('sha256');
  for (const file of FILES) hash.update(readFileSync(join(TESTS, name, file)));
  return join(cacheFolder(name), hash.digest('hex').slice(0, 16));
}

/**
 * @param {string} name
 * @returns {boolean}
 */
export function arePackagesInstalled(name) {
  return existsSync(join(packagesFolder(name), 'node_modules'));
}

/**
 * Install the packages of `test/NAME` unless they are there.
 *
 * @param {string} name
 * @returns {Promise<string>} the folder that holds `node_modules`.
 * @throws {Error} when npm cannot install them.
 */
export async function installPackages(name) {
  const folder = packagesFolder(name);
  if (arePackagesInstalled(name)) return folder;

  const root = cacheFolder(name);
  mkdirSync(root, { recursive: true });
  const temporary = mkdtempSync(join(root, '.installing-'));
  try {
    for (const file of FILES) copyFileSync(join(TESTS, name, file), join(temporary, file));
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: temporary,
      timeout: INSTALL_TIMEOUT_MS,
      maxBuffer: 2 ** 26,
    });
    // Another process may have been faster, and left the same.
    if (!arePackagesInstalled(name)) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(temporary, folder);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.slice(2)) {
    try {
      console.log(await installPackages(name));
    } catch (error) {
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}
