/**
 * ES modules cannot be patched once they are linked: those that are wanted are wrapped as they load, by `import-in-the-middle`.
 *
 * Loaded with the first import of one that is wanted.
 */
import { registerHooks, type RegisterHooksOptions, type ResolveFnOutput, type ResolveHookContext } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { require } from '../../runtime/otel.ts';
import type { Hook, NextLoad, NextResolve } from './hooks.ts';
import type { OnImport } from './registrations.ts';

export interface ImportHook extends Hook {
  resolveSync(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput;
}

interface Wrapper extends ImportHook {
  applyOptions(options: { shouldInclude(url: string, specifier: string): boolean }): void;
  loadSync(...args: Parameters<NonNullable<RegisterHooksOptions['load']>>): ReturnType<NextLoad>;
}

/** @param onImport - called with what importers see of each module that was wrapped, before they see it. */
export function startImportHook(onImport: OnImport, isWanted: (url: string, specifier: string) => boolean): ImportHook {
  const folder = dirname(require.resolve('import-in-the-middle'));
  const { createHook } = require(join(folder, 'create-hook.mjs')) as { createHook: (meta: { url: string }) => Wrapper };
  listenToImports(onImport);
  const wrapper = createHook({ url: pathToFileURL(join(folder, 'register-hooks.mjs')).href });
  wrapper.applyOptions({ shouldInclude: isWanted });
  const { deregister } = registerHooks({
    // A mock of `node:test` takes the place of the whole module.
    load: (url, context, next) => (url.includes('node-test-mock=') ? next(url, context) : wrapper.loadSync(url, context, next)),
  }) as Hook;
  return { resolveSync: wrapper.resolveSync, ...(deregister === undefined ? {} : { deregister }) };
}

/** What is wrapped, in this thread or by the hooks thread, says so when it is evaluated. */
export function listenToImports(onImport: OnImport): void {
  const { importHooks } = require('import-in-the-middle/lib/register.js') as { importHooks: OnImport[] };
  importHooks.push(onImport);
}
