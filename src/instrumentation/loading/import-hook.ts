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

export interface ImportHook extends Hook {
  resolveSync(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput;
}

interface Wrapper extends ImportHook {
  applyOptions(options: { shouldInclude(url: string, specifier: string): boolean }): void;
  loadSync(...args: Parameters<NonNullable<RegisterHooksOptions['load']>>): ReturnType<NextLoad>;
}

export function startImportHook(isWanted: (url: string, specifier: string) => boolean): ImportHook {
  const folder = dirname(require.resolve('import-in-the-middle'));
  const { createHook } = require(join(folder, 'create-hook.mjs')) as { createHook: (meta: { url: string }) => Wrapper };
  const wrapper = createHook({ url: pathToFileURL(join(folder, 'register-hooks.mjs')).href });
  wrapper.applyOptions({ shouldInclude: isWanted });
  const { deregister } = registerHooks({
    // A mock of `node:test` takes the place of the whole module.
    load: (url, context, next) => (url.includes('node-test-mock=') ? next(url, context) : wrapper.loadSync(url, context, next)),
  }) as Hook;
  return { resolveSync: wrapper.resolveSync, ...(deregister === undefined ? {} : { deregister }) };
}
