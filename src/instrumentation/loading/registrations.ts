/**
 * What our instrumentations register: each module twice, with the patch of `require` and with that of `import` that they
 * bring. It is kept from those two, and called by `patches.ts` instead.
 */
import { createRequire } from 'node:module';
import { sep } from 'node:path';
import { require } from '../../runtime/otel.ts';
import { packageOf } from './package-name.ts';

/** @param folder - of the package; none for a module of Node.js. */
export type OnRequire = (exports: unknown, name: string, folder: string | undefined) => unknown;
/** @param namespace - what importers see; to assign to it changes that. */
export type OnImport = (url: string, namespace: Exports, specifier: string, format?: string) => void;
export type Exports = Record<string | symbol, unknown>;

/** What is used of the two packages; exact versions are pinned, and a test fails when they change. */
export interface RequireInTheMiddle {
  register(name: string, onRequire: OnRequire): unknown;
}
interface ImportInTheMiddle {
  /** What is called for each module that was imported, in their order. */
  readonly importHooks: OnImport[];
}

export interface Registrations {
  /** By package. */
  readonly byRequire: ReadonlyMap<string, readonly { readonly name: string; readonly onRequire: OnRequire }[]>;
  readonly byImport: readonly OnImport[];
  /** Keep what `make` registers. */
  collect<T>(make: () => T): T;
  /** Have `onImport` called for each module that is imported and wrapped; the result ends that. */
  listen(onImport: OnImport): () => void;
}

/** @param onForeign - the application registers something by itself: it gets what it would get without us. */
export function collectRegistrations(requireInTheMiddle: RequireInTheMiddle, onForeign: () => void): Registrations {
  const fromInstrumentation = createRequire(require.resolve('@opentelemetry/instrumentation'));
  const { importHooks } = fromInstrumentation('import-in-the-middle/lib/register.js') as ImportInTheMiddle;
  const byRequire = new Map<string, { readonly name: string; readonly onRequire: OnRequire }[]>();
  const byImport: OnImport[] = [];
  let isCollecting = false;

  const { register } = requireInTheMiddle;
  requireInTheMiddle.register = function (name, onRequire) {
    if (!isCollecting) {
      onForeign();
      return register.call(this, name, onRequire);
    }
    const packageName = packageOf(name.replaceAll(sep, '/')) ?? name;
    byRequire.set(packageName, [...(byRequire.get(packageName) ?? []), { name, onRequire }]);
    return { moduleName: name, onRequire };
  };

  return {
    byRequire,
    byImport,
    collect(make) {
      const before = importHooks.length;
      isCollecting = true;
      try {
        return make();
      } finally {
        isCollecting = false;
        byImport.push(...importHooks.splice(before));
      }
    },
    listen(onImport) {
      importHooks.push(onImport);
      return () => {
        const index = importHooks.indexOf(onImport);
        if (index !== -1) importHooks.splice(index, 1);
      };
    },
  };
}
