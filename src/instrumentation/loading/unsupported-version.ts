/** A release of a library that is too new, or too old, for its instrumentation is used without telemetry: that is said, once. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { require } from '../../runtime/otel.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { versionOfPackage } from './package-name.ts';
import { isOfComparators, satisfies } from './version-range.ts';

interface Definition {
  readonly name: string;
  readonly supportedVersions: readonly string[];
  readonly includePrerelease?: boolean;
}

/** What of the instrumentations is used; exact versions are pinned, and a test fails when it changes. */
interface Inside {
  isEnabled?(): boolean;
  getModuleDefinitions?(): readonly Definition[];
}

/** The rule by which the instrumentations decide it themselves. */
type Satisfies = (version: string, range: string, options?: { includePrerelease?: boolean }) => boolean;

/** Ranges of official instrumentations need more than ours: theirs is a file of no public entry, which they have loaded already. */
const isRelease: Satisfies = (version, range, options) => {
  if (options?.includePrerelease !== true && isOfComparators(range)) return satisfies(version, range);
  const folder = dirname(require.resolve('@opentelemetry/instrumentation'));
  return (createRequire(import.meta.url)(join(folder, 'semver.cjs')) as { satisfies: Satisfies }).satisfies(version, range, options);
};

/** The releases of `library` that must be there instead of the one in `folder`; `undefined` when it is instrumented. */
export function supportedInstead(
  library: string,
  version: string,
  entry: Pick<CatalogueEntry, 'announced' | 'throughOthers'>,
  definitions: readonly Definition[],
): string | undefined {
  if (entry.announced !== undefined) return isRelease(version, entry.announced.versions) ? undefined : entry.announced.versions;
  const ofLibrary = definitions.filter(({ name }) => name === library);
  const isSupported = ofLibrary.some(({ includePrerelease = false, supportedVersions }) =>
    supportedVersions.some((range) => isRelease(version, range, { includePrerelease })),
  );
  const through = entry.throughOthers?.[library];
  if (ofLibrary.length === 0 || isSupported || (through !== undefined && isRelease(version, through))) return undefined;
  return [...new Set(ofLibrary.flatMap(({ supportedVersions }) => supportedVersions))].join(' or ');
}

/** @param instrumentation - of `entry`; not needed for one that is announced. */
export function sayUnsupported(
  library: string,
  folder: string,
  entry: CatalogueEntry,
  instrumentation: Instrumentation | undefined,
  reporter: Reporter,
): void {
  const inside = instrumentation as Inside | undefined;
  if (inside?.isEnabled?.() === false) return;
  const version = versionOfPackage(folder);
  if (version === undefined) return;
  const supported = supportedInstead(library, version, entry, inside?.getModuleDefinitions?.() ?? []);
  if (supported === undefined) return;
  reporter.say(
    `unsupported-version.${library}`,
    `"${library}" must be ${supported} to be instrumented, but ${version} was loaded. It runs as it is, and nothing of it is recorded. OTEL_NODE_DISABLED_INSTRUMENTATIONS=${entry.name} switches its instrumentation off, and this line.`,
  );
}
