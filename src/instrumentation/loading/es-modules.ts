/** ES modules are wrapped from the first `import` of one that is wanted on; what does it is not loaded before. */
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { loadPart } from '../../runtime/load-part.ts';
import type { Hook } from './hooks.ts';
import type { ImportHook } from './import-hook.ts';
import type { OnImport } from './registrations.ts';
import { supportsSyncHooks } from './sync-hooks.ts';

export interface EsModulesOptions {
  /** Packages whose entry is wrapped. */
  readonly packages: readonly string[];
  /** Files inside a package: `@scope/name/file.js`. */
  readonly files: readonly string[];
  /** Files of the application. */
  readonly urls: readonly string[];
  readonly onImport: OnImport;
  /** Runs what loads modules that are signalbox's own affair. */
  readonly quietly: <T>(fn: () => T) => T;
  readonly reporter: Reporter;
}

export interface EsModules extends Hook {
  /** What wraps an import of `specifier`; `undefined` until something is wanted. */
  hookFor(specifier: string): ImportHook | undefined;
  /** A package was asked for that is patched inside; `require` loads ES modules too. */
  wantFiles(): void;
}

export function wrapEsModules({ files, onImport, packages, quietly, reporter, urls }: EsModulesOptions): EsModules {
  if (!supportsSyncHooks()) {
    const { startHooksThread } = loadPart<typeof import('./hooks-thread.ts')>(import.meta.url, './hooks-thread');
    startHooksThread(packages, files, urls, onImport, reporter);
    return { hookFor: () => undefined, wantFiles() {} };
  }
  const wantedPackages = new Set(packages);
  /** What an application imports of a package, and what is patched inside it: all else keeps its live bindings and its speed. */
  const isWanted = (url: string, specifier: string): boolean =>
    wantedPackages.has(specifier) || urls.includes(url) || files.some((file) => url.endsWith(`/node_modules/${file}`));
  let areFilesWanted = urls.length > 0;
  let hook: ImportHook | undefined;
  let hasFailed = false;

  function start(): void {
    try {
      const { startImportHook } = loadPart<typeof import('./import-hook.ts')>(import.meta.url, './import-hook');
      hook = startImportHook(onImport, isWanted);
    } catch (error) {
      hasFailed = true;
      reporter.say('hooks.esm', `ES modules cannot be instrumented: ${errorText(error)}. What is loaded by require() still is.`);
    }
  }

  return {
    hookFor(specifier) {
      if (hook === undefined && !hasFailed && (areFilesWanted || wantedPackages.has(specifier))) quietly(start);
      return hook;
    },
    wantFiles() {
      areFilesWanted = true;
    },
    deregister: () => hook?.deregister?.(),
  };
}
