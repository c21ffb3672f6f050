/**
 * An application that loads a copy of `@opentelemetry/api` other than signalbox's. Copies of one major share one global, and a
 * copy uses what stands there when it was registered by one that is as new or newer. So an older copy loses nothing, and
 * what is recorded through a newer one goes nowhere.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/semver.ts
 */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { adoptRootContext } from '../../runtime/api/context.ts';
import { apiGlobals } from '../../runtime/api/globals.ts';
import { attempt } from '../../runtime/contain.ts';
import { require } from '../../runtime/otel.ts';
import { folderOfPackage, versionOfPackage } from './package-name.ts';

const API = '@opentelemetry/api';

/** Whether records made through a copy of version `theirs` reach what was registered by `ours`. */
export function reaches(theirs: string, ours: string): boolean {
  // A pre-release uses its own alone.
  if (theirs.includes('-')) return theirs === ours;
  const [theirMajor, theirMinor] = theirs.split('.').map(Number);
  const [ourMajor, ourMinor] = ours.split('.').map(Number);
  return theirMajor === ourMajor && (theirMinor as number) <= (ourMinor as number);
}

/**
 * An application is about to load the copy that was found at `url`: say that records are lost through it, when they are, and use
 * its root context from now on.
 */
export function welcomeApi(url: string, reporter: Reporter): void {
  const file = attempt(() => fileURLToPath(url.replace(/\?.*$/, '')));
  if (file?.includes(`${sep}node_modules${sep}`) !== true) return;
  const folder = folderOfPackage(file, API);
  const [theirs, ours] = [versionOfPackage(folder), apiGlobals()?.version];
  // What an ES module exports is not there before all that imports it.
  if (/\.cjs$|[\\/]build[\\/]src[\\/]index\.js$/.test(file))
    attempt(() => adoptRootContext((require(file) as typeof import('@opentelemetry/api')).ROOT_CONTEXT));
  if (theirs === undefined || ours === undefined || reaches(theirs, ours)) return;
  reporter.say(
    `second-api.${folder}`,
    `@opentelemetry/api must not be newer than signalbox's ${ours}, nor of another major, but ${folder} is ${theirs}. What is recorded through it is lost. ${cureFor(folder, ours)}`,
  );
}

/** The application's own dependency is installed anew; one that a package pins has to be overridden. */
function cureFor(folder: string, ours: string): string {
  const owner = dirname(dirname(dirname(folder)));
  if (isDependencyOf(owner)) return `Run "npm install ${API}@${ours}".`;
  return `Put "overrides": {"${API}": "${ours}"} into the application's package.json ("pnpm": {"overrides": …} with pnpm, "resolutions" with yarn), and install again.`;
}

function isDependencyOf(owner: string): boolean {
  if (owner.includes(`${sep}node_modules`)) return false;
  const found = attempt(() => createRequire(join(owner, 'package.json'))('./package.json') as Partial<Record<string, object>>);
  return [found?.['dependencies'], found?.['devDependencies'], found?.['optionalDependencies']].some(
    (dependencies) => typeof dependencies === 'object' && API in dependencies,
  );
}
