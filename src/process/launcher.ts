/**
 * Tells a process that only starts others (npm, tsc, a runner's parent) from one that does work.
 *
 * `NODE_OPTIONS` reaches every process of a command line. Those that merely launch get no telemetry: they would double
 * the start-up time, and print a start line that is not the application's.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { attempt } from '../runtime/contain.ts';

interface Launchers {
  /** Path endings, as they stand behind the last `node_modules` or in the folder of an installation. */
  readonly scripts: readonly string[];
  /** Names in `node_modules/.bin` or on the `PATH`, for links that Node.js was given unresolved. */
  readonly names: readonly string[];
}

/** What they start may be the application. */
const STARTERS: Launchers = {
  scripts: [
    'npm/bin/npm-cli.js',
    'npm/bin/npx-cli.js',
    'npm/bin/npm-prefix.js',
    'corepack/dist/corepack.js',
    'corepack/dist/npm.js',
    'corepack/dist/npx.js',
    'corepack/dist/pnpm.js',
    'corepack/dist/pnpx.js',
    'corepack/dist/yarn.js',
    'corepack/dist/yarnpkg.js',
    'pnpm/bin/pnpm.cjs',
    'pnpm/bin/pnpx.cjs',
    'pnpm/bin/pnpm.mjs',
    'pnpm/bin/pnpx.mjs',
    'yarn/bin/yarn.js',
    'yarn/lib/cli.js',
    'bin/yarn.js',
    'tsx/dist/cli.mjs',
    'tsx/dist/cli.cjs',
    'nodemon/bin/nodemon.js',
    'concurrently/dist/bin/concurrently.js',
    'npm-run-all/bin/npm-run-all/index.js',
    'npm-run-all/bin/run-s/index.js',
    'npm-run-all/bin/run-p/index.js',
    'npm-run-all2/bin/npm-run-all/index.js',
    'npm-run-all2/bin/run-s/index.js',
    'npm-run-all2/bin/run-p/index.js',
    'cross-env/src/bin/cross-env.js',
    'cross-env/dist/bin/cross-env.js',
    'dotenv-cli/cli.js',
    'env-cmd/bin/env-cmd.js',
    'turbo/bin/turbo',
    'nx/bin/nx.js',
    'lerna/dist/cli.js',
    'pm2/bin/pm2',
    'pm2/bin/pm2-dev',
    'pm2/bin/pm2-docker',
    'pm2/bin/pm2-runtime',
    'pm2/lib/Daemon.js',
    'forever/bin/forever',
    'forever/bin/foreverd',
    'forever/bin/monitor',
    'node-dev/bin/node-dev',
    'ts-node-dev/lib/bin.js',
    'foreman/nf.js',
  ],
  names: [
    'npm',
    'npx',
    'pnpm',
    'pnpx',
    'yarn',
    'yarnpkg',
    'corepack',
    'tsx',
    'nodemon',
    'concurrently',
    'run-s',
    'run-p',
    'npm-run-all',
    'npm-run-all2',
    'cross-env',
    'cross-env-shell',
    'dotenv',
    'env-cmd',
    'turbo',
    'nx',
    'lerna',
    'pm2',
    'pm2-dev',
    'pm2-docker',
    'pm2-runtime',
    'forever',
    'foreverd',
    'node-dev',
    'ts-node-dev',
    'tsnd',
    'nf',
  ],
};

/** Nobody's application runs in them or is started by them. */
const TOOLS: Launchers = {
  scripts: [
    'typescript/bin/tsc',
    'typescript/lib/tsc.js',
    'typescript/lib/_tsc.js',
    'typescript/lib/tsserver.js',
    'typescript/lib/typingsInstaller.js',
    'husky/bin.js',
    'lint-staged/bin/lint-staged.js',
    'eslint/bin/eslint.js',
    'prettier/bin/prettier.cjs',
    'esbuild/bin/esbuild',
    'node-gyp/bin/node-gyp.js',
    'wait-on/bin/wait-on',
    'rimraf/dist/esm/bin.mjs',
  ],
  names: ['tsc', 'husky', 'lint-staged', 'eslint', 'prettier', 'esbuild', 'node-gyp', 'wait-on', 'rimraf'],
};

/** Flags with which this `node` itself runs no application code. */
const LAUNCHER_FLAGS = [
  '--check',
  '-c',
  '--run',
  '--build-snapshot',
  '--experimental-sea-config',
  '--build-sea',
  '--prof-process',
  '--v8-options',
  '--completion-bash',
  '--test',
  '--watch',
];

export interface ProcessShape {
  /** `process.argv` */
  readonly argv: readonly string[];
  /** `process.execArgv` */
  readonly execArgv: readonly string[];
  /** What Node.js sets in the children of `--test` (`NODE_TEST_CONTEXT`) and `--watch` (`WATCH_REPORT_DEPENDENCIES`). */
  readonly isRunnersChild: boolean;
}

export interface Launcher {
  /** `npm/bin/npm-cli.js`, `nodemon`, `--check` */
  readonly name: string;
  /** Whether what it starts, as a process of its own, may be the application. */
  readonly startsApplications: boolean;
}

/** What this process launches with, or `undefined` when it is an application. */
export function launcherOf({ argv, execArgv, isRunnersChild }: ProcessShape): Launcher | undefined {
  const flag = execArgv.find((arg) =>
    LAUNCHER_FLAGS.some(
      (known) =>
        arg === known || (known.startsWith('--') && arg.startsWith(`${known}=`)) || (known === '--watch' && arg.startsWith('--watch-path')),
    ),
  );
  // Node.js hands the preload's flag on to what it starts; with `--run` it preloads nothing.
  if (flag !== undefined && !isRunnersChild) return { name: flag, startsApplications: false };
  const script = argv[1];
  return script === undefined ? undefined : (launcherIn(STARTERS, script, true) ?? launcherIn(TOOLS, script, false));
}

function launcherIn({ scripts, names }: Launchers, path: string, startsApplications: boolean): Launcher | undefined {
  const found = scriptIn(scripts, path) ?? nameIn(names, scripts, path);
  return found === undefined ? undefined : { name: found, startsApplications };
}

function scriptIn(scripts: readonly string[], path: string): string | undefined {
  const unix = sep === '/' ? path : path.replaceAll(sep, '/');
  return scripts.find((ending) => unix.endsWith(`/${ending}`));
}

function nameIn(names: readonly string[], scripts: readonly string[], path: string): string | undefined {
  const name = basename(path);
  if (!names.includes(name)) return undefined;
  if (dirname(path).endsWith('.bin')) return name;
  const real = attempt(() => realpathSync(path)); // a link on the PATH, as /usr/bin/npm is
  return real === undefined ? undefined : scriptIn(scripts, real);
}
