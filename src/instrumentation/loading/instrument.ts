/**
 * Loads an instrumentation when its target is first resolved, by `require` or by `import`, and never before.
 *
 * Resolution is the latest moment that is early enough: once a module has loaded, its own files are bound to the
 * unpatched ones.
 */
import { channel } from 'node:diagnostics_channel';
import * as module from 'node:module';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { getCallSites } from 'node:util';
import type { LoggerProvider, MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Config } from '../../config/config.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import { require } from '../../runtime/otel.ts';
import { enabledEntries, type CatalogueEntry } from './catalogue.ts';
import { hookLoad, type PatchingRequire } from './load-hook.ts';
import { onlyUnderParent } from './only-under-parent.ts';
import { packageOf, packageOfFile, withoutScheme } from './package-name.ts';
import { setImmediate } from '../../runtime/captured.ts';

export interface Providers {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
}

export interface InstrumentOptions extends Providers {
  readonly config: Config;
  readonly reporter: Reporter;
}

export interface InstrumentationState {
  readonly loaded: readonly string[];
  /** Packages that the application resolved from its dependencies; none in a bundled application. */
  readonly packagesSeen: number;
  /** Unhook what can be unhooked; used when start-up fails. */
  stop(): void;
}

interface Hooks {
  deregister?(): void;
}

interface ImportHook {
  applyOptions(options: object): void;
  resolveSync(specifier: string, context: module.ResolveHookContext, next: NextResolve): module.ResolveFnOutput;
  loadSync(
    url: string,
    context: module.LoadHookContext,
    next: (url: string, context?: Partial<module.LoadHookContext>) => module.LoadFnOutput,
  ): module.LoadFnOutput;
}

type NextResolve = (specifier: string, context?: Partial<module.ResolveHookContext>) => module.ResolveFnOutput;

/** What this package imports itself is no sign of an application that has ES modules. */
const OWN_FOLDER = new URL('../../', import.meta.url).href;

export function instrument(options: InstrumentOptions): InstrumentationState {
  const { config, reporter } = options;
  const entries = enabledEntries(config);
  const byTarget = new Map<string, CatalogueEntry>(entries.flatMap((entry) => entry.targets.map((target) => [target, entry] as const)));
  const loaded = new Map<string, Instrumentation | undefined>();
  const hooks: Hooks[] = [];
  const ownApi = folderOf('@opentelemetry/api');
  let packagesSeen = 0;
  let busy = false;

  function load(entry: CatalogueEntry): Instrumentation | undefined {
    if (loaded.has(entry.name)) return loaded.get(entry.name);
    loaded.set(entry.name, undefined);
    const outer = busy;
    busy = true;
    try {
      const given = config.instrumentations.options[entry.name] ?? {};
      const instrumentation = entry.create(entry.options(config, given));
      instrumentation.setTracerProvider(
        entry.underParent === undefined || given['requireParentSpan'] === false
          ? options.tracerProvider
          : onlyUnderParent(options.tracerProvider, entry.underParent),
      );
      instrumentation.setMeterProvider(options.meterProvider);
      instrumentation.setLoggerProvider?.(options.loggerProvider);
      loaded.set(entry.name, instrumentation);
      return instrumentation;
    } catch (error) {
      reporter.say(
        `instrumentation.${entry.name}`,
        `The instrumentation "${entry.name}" could not be loaded: ${(error as Error).message}. Its library runs without it; the others are not affected.`,
      );
      return undefined;
    } finally {
      busy = outer;
    }
  }

  const patchedBuiltins = new Set<string>();
  /** What Node.js brings is patched once, in place, and its ES exports follow: whoever asks first, and in whatever way. */
  function loadForBuiltin(entry: CatalogueEntry, name: string): void {
    if (patchedBuiltins.has(name)) return;
    patchedBuiltins.add(name);
    if (load(entry) === undefined) return;
    loadHook.patchBuiltin(name, require(name));
    module.syncBuiltinESMExports();
  }

  sayWhatCameTooEarly(byTarget, reporter);

  const loadHook = hookLoad({
    prime: makeInstrumentation,
    isOurs: () => busy,
    onPackage(name) {
      const entry = busy ? undefined : byTarget.get(name);
      if (entry !== undefined) load(entry);
    },
    onFailure(name, error) {
      reporter.say(
        `instrumentation.${name}`,
        `"${name}" could not be instrumented: ${errorText(error)}. It is used as it is, without spans. A stand-in that a test loads in its place gives this too.`,
      );
    },
  });
  hooks.push(loadHook);

  const files = entries.flatMap((entry) => entry.files ?? []);
  const isWantedPackage = (specifier: string): boolean => byTarget.has(specifier) && !module.isBuiltin(specifier);
  /** What an application imports of a package, and what is patched inside it: all else keeps its live bindings and its speed. */
  const isWanted = (url: string, specifier: string): boolean =>
    isWantedPackage(specifier) || files.some((file) => url.endsWith(`/node_modules/${file}`));
  /** Whether a package was asked for that is patched inside; `require` loads ES modules too. */
  let isLoadingFiles = false;
  const hasSyncHooks = supportsSyncHooks();
  let importHook: ImportHook | undefined;
  let importHookFailed = false;

  /** ES modules are wrapped from the first `import` of one that is wanted on; what does it is not loaded before. */
  function importHookFor(specifier: string, { conditions, parentURL }: module.ResolveHookContext): ImportHook | undefined {
    // The conditions of `require` are a set on 22.15, where the hooks run on a thread anyway.
    if (!hasSyncHooks || !conditions?.includes('import') || parentURL?.startsWith(OWN_FOLDER)) return undefined;
    if (importHook === undefined && !importHookFailed && (isWantedPackage(specifier) || isLoadingFiles)) {
      busy = true;
      try {
        importHook = startImportHook(isWanted, hooks);
      } catch (error) {
        importHookFailed = true;
        reporter.say('hooks.esm', `ES modules cannot be instrumented: ${(error as Error).message}. What is loaded by require() still is.`);
      } finally {
        busy = false;
      }
    }
    return importHook;
  }

  function resolve(specifier: string, context: module.ResolveHookContext, next: NextResolve): module.ResolveFnOutput {
    if (busy) return next(specifier, context);
    const name = packageOf(specifier);
    const entry = name === undefined ? undefined : byTarget.get(name);
    if (entry !== undefined) {
      if (module.isBuiltin(name as string)) loadForBuiltin(entry, name as string);
      else load(entry);
      if (entry.files !== undefined) isLoadingFiles = true;
    }
    const wrap = importHookFor(specifier, context);
    // Who asks where a package stands is to get the file, and not the module that stands for it.
    if (wrap !== undefined && entry !== undefined && isImportMetaResolve()) return resolvePlainly(specifier, context, next);
    const resolved = wrap === undefined ? resolvePlainly(specifier, context, next) : wrap.resolveSync(specifier, context, next);
    if (name !== undefined && !module.isBuiltin(name)) {
      if (!isOwn(context.parentURL)) packagesSeen++;
      if (name === '@opentelemetry/api') sayWhenSecondApi(resolved.url, ownApi, reporter);
    }
    return resolved;
  }

  hooks.push(module.registerHooks({ resolve } as module.RegisterHooksOptions));
  if (!hasSyncHooks) registerHooksThread([...byTarget.keys()].filter(isWantedPackage), files, reporter);

  hooks.push(
    watchBuiltinModules((name, caller) => {
      const entry = byTarget.get(name);
      // What signalbox itself asks for in this way is not for the application.
      if (entry !== undefined && !patchedBuiltins.has(name) && !caller().startsWith(OWN_FOLDER)) loadForBuiltin(entry, name);
    }),
  );

  for (const entry of entries) {
    if (entry.announced !== undefined) hooks.push(onFirstMessage(entry.announced, () => load(entry)));
  }
  // Has no target: it watches the process, and can begin when the application's own start is over.
  const targetless = entries.filter(({ announced, targets }) => targets.length === 0 && announced === undefined);
  if (targetless.length > 0) setImmediate(() => targetless.forEach(load)).unref();

  return {
    get loaded() {
      return [...loaded.keys()];
    },
    get packagesSeen() {
      return packagesSeen;
    },
    stop() {
      for (const hook of hooks) hook.deregister?.();
      for (const instrumentation of loaded.values()) instrumentation?.disable();
    },
  };
}

/** Whether the code of a module called `import.meta.resolve`, by the frame below its own. */
function isImportMetaResolve(): boolean {
  const frames = getCallSites(20);
  const caller = frames.findIndex(({ scriptName }, index) => index > 1 && !scriptName.startsWith('node:internal/'));
  return frames[caller - 1]?.functionName === 'resolve' && !frames[caller]?.scriptName.startsWith(OWN_FOLDER);
}

/** Frames of hooks in the stack trace of what cannot be resolved; it is not to lose as many of the application's. */
const HOOK_FRAMES = 6;

function resolvePlainly(specifier: string, context: module.ResolveHookContext, next: NextResolve): module.ResolveFnOutput {
  const limit = Error.stackTraceLimit;
  if (typeof limit !== 'number' || Object.isFrozen(Error)) return next(specifier, context);
  Error.stackTraceLimit = limit + HOOK_FRAMES;
  try {
    return next(specifier, context);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** One that instruments nothing: the first brings what is common to all. */
function makeInstrumentation(): PatchingRequire {
  const { InstrumentationBase } = require('@opentelemetry/instrumentation') as typeof import('@opentelemetry/instrumentation');
  class Prime extends InstrumentationBase {
    protected override init(): [] {
      return [];
    }
  }
  return new Prime('signalbox/prime', '0', {}) as unknown as PatchingRequire;
}

const OWN_PACKAGES = /\/node_modules\/(?:@opentelemetry|require-in-the-middle|import-in-the-middle)\//;

/** Whether signalbox asks for a module, or what it brings. */
function isOwn(parentURL: string | undefined): boolean {
  return parentURL !== undefined && (parentURL.startsWith(OWN_FOLDER) || OWN_PACKAGES.test(parentURL));
}

/** From these releases on, a synchronous `load` hook may leave the source of CommonJS to Node.js (nodejs/node#59929). */
function supportsSyncHooks(): boolean {
  const [major = 0, minor = 0, patch = 0] = process.versions.node.split('.').map(Number);
  const since: Readonly<Record<number, readonly [number, number]>> = { 22: [22, 3], 23: [Infinity, 0], 24: [11, 1], 25: [1, 0] };
  const [sinceMinor, sincePatch] = since[major] ?? [0, 0];
  return minor > sinceMinor || (minor === sinceMinor && patch >= sincePatch);
}

/** ES modules cannot be patched once they are linked: those that are wanted are wrapped as they load. */
function startImportHook(isWanted: (url: string, specifier: string) => boolean, hooks: Hooks[]): ImportHook {
  const folder = dirname(require.resolve('import-in-the-middle'));
  const { createHook } = require(join(folder, 'create-hook.mjs')) as { createHook: (meta: { url: string }) => ImportHook };
  const hook = createHook({ url: pathToFileURL(join(folder, 'register-hooks.mjs')).href });
  hook.applyOptions({ shouldInclude: isWanted });
  // A mock of `node:test` takes the place of the whole module.
  const load: ImportHook['loadSync'] = (url, context, next) =>
    url.includes('node-test-mock=') ? next(url, context) : hook.loadSync(url, context, next);
  hooks.push(module.registerHooks({ load } as module.RegisterHooksOptions));
  return hook;
}

/** The same on older releases, whose synchronous hooks cannot do it: the hooks run on a thread of their own. */
function registerHooksThread(targets: readonly string[], files: readonly string[], reporter: Reporter): void {
  try {
    const include = [...targets, ...files.map((file) => new RegExp(`/node_modules/${file.replaceAll('.', '\\.')}$`))];
    process.cwd(); // throws in a folder that was removed, where no thread starts and Node.js would wait for it for ever
    module.register('import-in-the-middle/hook.mjs', { parentURL: import.meta.url, data: { include } });
  } catch (error) {
    reporter.say(
      'hooks.esm',
      `ES modules cannot be instrumented: ${(error as Error).message}. What is loaded by require() still is. Allow worker threads, or use Node.js 22.22.3, 24.11.1 or newer.`,
    );
  }
}

/** `process.getBuiltinModule` resolves nothing: its callers would get a module before it is patched. */
function watchBuiltinModules(onModule: (name: string, caller: () => string) => void): Hooks {
  const original = process.getBuiltinModule;
  // The frames: this function, the listener, the watching function, and who called that.
  const caller = (): string => getCallSites(4)[3]?.scriptName ?? '';
  const watched = function getBuiltinModule(name: string): unknown {
    if (typeof name === 'string') onModule(withoutScheme(name), caller);
    return original(name);
  } as typeof process.getBuiltinModule;
  process.getBuiltinModule = watched;
  return {
    deregister() {
      if (process.getBuiltinModule === watched) process.getBuiltinModule = original;
    },
  };
}

/** Subscribers that come while a message is published do not get it, so the first one is handed over. */
function onFirstMessage(
  { channel: name, method }: NonNullable<CatalogueEntry['announced']>,
  load: () => Instrumentation | undefined,
): Hooks {
  const announcements = channel(name);
  let isFirst = true;
  const listener = (message: unknown): void => {
    if (!isFirst) return;
    isFirst = false;
    const instrumentation = load() as unknown as Record<string, (message: unknown) => void> | undefined;
    instrumentation?.[method]?.(message);
  };
  announcements.subscribe(listener);
  return { deregister: () => void announcements.unsubscribe(listener) };
}

function sayWhatCameTooEarly(targets: ReadonlyMap<string, CatalogueEntry>, reporter: Reporter): void {
  const early = new Set<string>();
  for (const path of Object.keys(require.cache)) {
    const name = packageOfFile(path);
    // Brought by itself, by a library that is named, or by OpenTelemetry: not by the application.
    const byPackage = packageOfFile(require.cache[path]?.parent?.filename ?? '');
    if (name !== undefined && targets.has(name) && !targets.has(byPackage ?? '') && !byPackage?.startsWith('@opentelemetry/'))
      early.add(name);
  }
  for (const name of early) {
    reporter.say(
      `loaded-first.${name}`,
      `"${name}" must be loaded after signalbox, but was loaded before it. It is not instrumented and gives no spans. Put --require signalbox/register (or --import) before everything else.`,
    );
  }
}

function folderOf(name: string): string {
  return dirname(dirname(require.resolve(name)));
}

function sayWhenSecondApi(url: string, ownFolder: string, reporter: Reporter): void {
  if (!url.startsWith('file:')) return;
  const file = fileURLToPath(url.replace(/\?.*$/, ''));
  if (file.startsWith(ownFolder + sep)) return;
  const at = file.lastIndexOf(`${sep}@opentelemetry${sep}api${sep}`);
  if (at === -1) return;
  const folder = file.slice(0, at + `${sep}@opentelemetry${sep}api`.length);
  const [theirs, ours] = [versionOf(folder), versionOf(ownFolder)];
  const [theirMajor, theirMinor] = theirs.split('.').map(Number);
  const [ourMajor, ourMinor] = ours.split('.').map(Number);
  const works = theirMajor === ourMajor && (theirMinor ?? 0) <= (ourMinor ?? 0);
  reporter.say(
    `second-api.${folder}`,
    `There must be one copy of @opentelemetry/api, but the application loads ${theirs} from ${folder} beside ${ours} from ${ownFolder}. ${works ? 'Spans and metrics of both arrive; log records written through the older one may not.' : 'What is recorded through the newer one is lost.'} Install @opentelemetry/api ${ours} in the application and run "npm dedupe".`,
  );
}

function versionOf(folder: string): string {
  try {
    return (createRequire(join(folder, 'package.json'))('./package.json') as { version: string }).version;
  } catch {
    return 'an unknown version';
  }
}
