/** Has libraries instrumented from now on: reads which, and hooks in what loads and patches them. */
import { isBuiltin } from 'node:module';
import type { Config } from '../../config/config.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { setImmediate } from '../../runtime/captured.ts';
import { loadPart } from '../../runtime/load-part.ts';
import { captureRandom } from '../../runtime/random.ts';
import { watchBuiltinModules } from './builtin-modules.ts';
import { CATALOGUE, enabledEntries, type CatalogueEntry } from './catalogue.ts';
import { wrapEsModules } from './es-modules.ts';
import { onFirstMessage, type FirstMessageHook } from './first-message.ts';
import type { Hook } from './hooks.ts';
import { createInstrumentations, type Instrumentations, type Providers } from './instrumentations.ts';
import { sayLoadedFirst } from './loaded-first.ts';
import { isOwn, folderOfPackage } from './package-name.ts';
import { createPatches, type Patches } from './patches.ts';
import { createRegistrations } from './registrations.ts';
import { hookRequire } from './require-hook.ts';
import { hookResolve, type ResolveHook } from './resolve-hook.ts';
import { contain } from '../../runtime/contain.ts';

export interface InstrumentOptions extends Providers {
  readonly config: Config;
  readonly reporter: Reporter;
}

export interface InstrumentationState {
  readonly loaded: readonly string[];
  /** Packages that the application resolved from its dependencies; none in a bundled application. */
  readonly packagesSeen: number;
  /** A whole message when the settings leave nothing of the libraries that were loaded so far. */
  describeUnused(): string | undefined;
  /** The hook of resolution, for one that began before the hook was there. */
  readonly resolve: ResolveHook['resolve'];
  /** The first message of a channel, for one that was published before somebody listened. */
  announced(channel: string, message: unknown): void;
  /** Unhook what can be unhooked; used when start-up fails. */
  stop(): void;
}

interface HookedIn {
  readonly hooks: readonly Hook[];
  readonly resolveHook: ResolveHook;
  readonly announcements: readonly FirstMessageHook[];
}

/** What is to be instrumented, and what the application has asked for so far. */
interface Targets {
  readonly entries: readonly CatalogueEntry[];
  readonly byName: ReadonlyMap<string, CatalogueEntry>;
  /** Those that nobody has to ask for, and that are switched off. */
  readonly offByName: ReadonlyMap<string, CatalogueEntry>;
  /** Those that are off because they were not tried. */
  readonly untriedByName: ReadonlyMap<string, CatalogueEntry>;
  /** Names of entries that are switched off, whose library was loaded. */
  readonly switchedOff: Set<string>;
  packagesSeen: number;
}

export function instrument(options: InstrumentOptions): InstrumentationState {
  const { config, reporter } = options;
  const targets = readTargets(config);
  const { byName, entries } = targets;
  sayLoadedFirst((name) => byName.has(name), reporter);

  const checkVersion = createVersionCheck(targets, () => instrumentations, reporter);
  const registrations = createRegistrations();
  const patches = createPatches(registrations, {
    onLibrary: checkVersion,
    onFailure(name, error) {
      reporter.say(
        `instrumentation.${name}`,
        `"${name}" could not be instrumented: ${errorText(error)}. It is used as it is, without spans. A stand-in that a test loads in its place gives this too.`,
      );
    },
  });
  const instrumentations = createInstrumentations({ ...options, registrations, patches });
  const { announcements, hooks, resolveHook } = hookIn(targets, patches, instrumentations, checkVersion, reporter);

  return {
    get loaded() {
      return instrumentations.loaded;
    },
    get packagesSeen() {
      return targets.packagesSeen;
    },
    describeUnused() {
      const { enabled } = config.instrumentations;
      // By default, what needs no library is always there.
      const needsLibrary = (name: string): boolean => entries.some((entry) => entry.name === name && !isTargetless(entry));
      const loaded = instrumentations.loaded.filter((name) => enabled !== undefined || needsLibrary(name));
      const unused = loadPart<typeof import('./unused-instrumentations.ts')>(import.meta.url, './unused-instrumentations');
      return unused.describeUnused({ enabled, loaded, switchedOff: [...targets.switchedOff] });
    },
    resolve: resolveHook.resolve,
    announced: (channel, message) => announcements.find((announcement) => announcement.channel === channel)?.take(message),
    stop() {
      for (const hook of hooks) hook.deregister?.();
      instrumentations.disable();
    },
  };
}

function hookIn(
  targets: Targets,
  patches: Patches,
  instrumentations: Instrumentations,
  checkVersion: CheckVersion,
  reporter: Reporter,
): HookedIn {
  const { byName, entries } = targets;
  const { load } = instrumentations;
  const requireHook = hookRequire(patches, (name, filename) => {
    if (instrumentations.isBusy) return;
    const entry = byName.get(name);
    if (entry?.announced !== undefined) checkVersion(name, folderOfPackage(filename, name));
    else if (entry !== undefined) load(entry);
  });
  const targetless = entries.filter(isTargetless);
  for (const entry of targetless) if (entry.atOnce === true) load(entry);
  const esModules = wrapEsModules({
    packages: [...byName.keys()].filter((name) => !isBuiltin(name)),
    files: entries.flatMap(({ files = [] }) => files),
    urls: instrumentations.files,
    onImport: patches.onImport,
    quietly: instrumentations.quietly,
    reporter,
  });
  const builtins = watchBuiltinModules(byName, patches, load);
  const resolveHook = hookResolve({
    isBusy: () => instrumentations.isBusy,
    isTarget: (name) => byName.has(name),
    hookFor: esModules.hookFor,
    onName(name, parentURL) {
      if (name === 'crypto') captureRandom();
      const entry = byName.get(name);
      if (entry === undefined) noteSwitchedOff(targets, name, parentURL, reporter);
      else if (isBuiltin(name)) builtins.patch(name, entry);
      else if (entry.announced === undefined) load(entry);
      if (entry?.files !== undefined) esModules.wantFiles();
    },
    onResolved(name, url, parentURL) {
      if (!isOwn(parentURL)) targets.packagesSeen++;
      if (name === '@opentelemetry/api') instrumentations.quietly(() => welcomeApi(url, reporter));
    },
  });
  const announcements = entries.flatMap((entry) =>
    entry.announced === undefined ? [] : onFirstMessage(entry.announced, () => load(entry)),
  );
  // They watch the process, and can begin when the application's own start is over.
  if (targetless.length > 0) setImmediate(() => targetless.forEach(load)).unref();
  return { hooks: [requireHook, esModules, builtins, resolveHook, ...announcements], resolveHook, announcements };
}

function readTargets(config: Config): Targets {
  const entries = enabledEntries(config);
  const off = CATALOGUE.filter((entry) => entry.optIn !== true && !entries.includes(entry));
  const { disabled, enabled } = config.instrumentations;
  const untried = CATALOGUE.filter((entry) => entry.untried === true && enabled === undefined && !disabled.includes(entry.name));
  return {
    entries,
    byName: entriesByName(entries),
    offByName: entriesByName(off),
    untriedByName: entriesByName(untried),
    switchedOff: new Set(),
    packagesSeen: 0,
  };
}

function entriesByName(entries: readonly CatalogueEntry[]): ReadonlyMap<string, CatalogueEntry> {
  const namesOf = ({ announced, targets }: CatalogueEntry): readonly string[] => (announced === undefined ? targets : [announced.library]);
  return new Map(entries.flatMap((entry) => namesOf(entry).map((name) => [name, entry] as const)));
}

function isTargetless({ announced, targets }: CatalogueEntry): boolean {
  return targets.length === 0 && announced === undefined;
}

function noteSwitchedOff(
  { offByName, switchedOff, untriedByName }: Targets,
  name: string,
  parentURL: string | undefined,
  reporter: Reporter,
): void {
  if (isOwn(parentURL)) return;
  const entry = offByName.get(name);
  if (entry !== undefined) switchedOff.add(entry.name);
  const untried = untriedByName.get(name)?.name;
  if (untried !== undefined)
    reporter.say(
      `not-by-default.${untried}`,
      `"${untried}" was loaded and is not instrumented, for its instrumentation was not tried against a server of its own. SIGNALBOX_INSTRUMENTATION_OPTIONS='{"${untried}":{"enabled":true}}' switches it on, OTEL_NODE_DISABLED_INSTRUMENTATIONS=${untried} this line off.`,
    );
}

type CheckVersion = (library: string, folder: string) => void;

/** Looks at each folder of a library once. */
function createVersionCheck({ byName }: Targets, instrumentations: () => Instrumentations, reporter: Reporter): CheckVersion {
  const checked = new Set<string>();
  return (library, folder) => {
    const entry = byName.get(library);
    if (entry === undefined || checked.has(folder)) return;
    checked.add(folder);
    const { load, quietly } = instrumentations();
    const check = (): void => {
      const { sayUnsupported } = loadPart<typeof import('./unsupported-version.ts')>(import.meta.url, './unsupported-version');
      sayUnsupported(library, folder, entry, entry.announced === undefined ? load(entry) : undefined, reporter);
    };
    contain(`looking at the version of ${library}`, () => quietly(check));
  };
}

function welcomeApi(url: string, reporter: Reporter): void {
  loadPart<typeof import('./second-api.ts')>(import.meta.url, './second-api').welcomeApi(url, reporter);
}
