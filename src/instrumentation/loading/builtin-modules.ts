/** What Node.js brings is patched once, in place, and its ES exports follow: whoever asks first, and in whatever way. */
import { syncBuiltinESMExports } from 'node:module';
import { getCallSites } from 'node:util';
import { require } from '../../runtime/otel.ts';
import { captureRandom } from '../../runtime/random.ts';
import type { CatalogueEntry } from './catalogue.ts';
import type { Hook } from './hooks.ts';
import { OWN_FOLDER, withoutScheme } from './package-name.ts';
import type { Patches } from './patches.ts';

export interface BuiltinModules extends Hook {
  /** The module `name` is asked for. */
  patch(name: string, entry: CatalogueEntry): void;
}

export function watchBuiltinModules(
  byTarget: ReadonlyMap<string, CatalogueEntry>,
  patches: Patches,
  load: (entry: CatalogueEntry) => unknown,
): BuiltinModules {
  const patched = new Set<string>();

  function patch(name: string, entry: CatalogueEntry): void {
    if (patched.has(name)) return;
    patched.add(name);
    if (load(entry) === undefined) return;
    patches.ofBuiltin(require(name), name);
    syncBuiltinESMExports();
  }

  const { deregister } = onGetBuiltinModule((name, caller) => {
    if (name === 'crypto') captureRandom();
    const entry = byTarget.get(name);
    // What signalbox itself asks for in this way is not for the application.
    if (entry !== undefined && !patched.has(name) && !caller().startsWith(OWN_FOLDER)) patch(name, entry);
  });
  return { patch, deregister };
}

/** `process.getBuiltinModule` resolves nothing: its callers would get a module before it is patched. */
function onGetBuiltinModule(onModule: (name: string, caller: () => string) => void): Required<Hook> {
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
