/**
 * What our instrumentations register: each module twice, with the patch of `require` and with that of `import` that they
 * bring. Both are disabled, and `patches.ts` calls what was registered instead.
 *
 * Each instrumentation may have a copy of its own of what they have in common, when the application brings another version.
 */
import { Module } from 'node:module';
import { isAbsolute, sep } from 'node:path';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { packageOf } from './package-name.ts';

/** @param folder - of the package; none for a module of Node.js. */
export type OnRequire = (exports: unknown, name: string, folder: string | undefined) => unknown;
/** @param namespace - what importers see; to assign to it changes that. */
export type OnImport = (url: string, namespace: Exports, specifier: string, format?: string) => void;
export type Exports = Record<string | symbol, unknown>;

/** What is used of the instrumentations' base class; exact versions are pinned, and a test fails when they change. */
interface Inside {
  readonly _hooks?: readonly (RequireRegistration | ImportRegistration)[];
  readonly _requireInTheMiddleSingleton?: RequireInTheMiddle;
  readonly _modules?: readonly { readonly name: string }[];
}
interface RequireRegistration {
  readonly moduleName: string;
  onRequire: OnRequire;
}
interface ImportRegistration {
  readonly _iitmHook?: OnImport;
  unhook?(): void;
}
interface RequireInTheMiddle {
  register(name: string, onRequire: OnRequire): RequireRegistration;
  /** Patches `require`. */
  _initialize(): void;
}

export interface Registrations {
  /** By package. */
  readonly byRequire: ReadonlyMap<string, readonly { readonly name: string; readonly onRequire: OnRequire }[]>;
  /** Of files of the application, which know themselves whether they are meant. */
  readonly byImport: readonly OnImport[];
  /** Make an instrumentation, and collect what it registers. */
  collect(make: () => Instrumentation): Instrumentation;
}

interface Patched {
  require: unknown;
}
const prototype = Module.prototype as unknown as Patched;

export function createRegistrations(): Registrations {
  const byRequire = new Map<string, { readonly name: string; readonly onRequire: OnRequire }[]>();
  const byImport: OnImport[] = [];
  const known = new WeakSet<RequireInTheMiddle>();
  let isCollecting = false;

  function collectFrom(inside: Inside): void {
    const singleton = inside._requireInTheMiddleSingleton;
    if (singleton !== undefined && !known.has(singleton)) {
      known.add(singleton);
      giveBackToOthers(singleton, () => isCollecting);
    }
    for (const hook of inside._hooks ?? []) {
      if ('moduleName' in hook) {
        const { moduleName, onRequire } = hook;
        const packageName = packageOf(moduleName.replaceAll(sep, '/')) ?? moduleName;
        byRequire.set(packageName, [...(byRequire.get(packageName) ?? []), { name: moduleName, onRequire }]);
        hook.onRequire = (exports) => exports;
      } else if (hook._iitmHook !== undefined) {
        hook.unhook?.();
        if (isOfApplication(inside)) byImport.push(hook._iitmHook);
      }
    }
  }

  return {
    byRequire,
    byImport,
    collect(make) {
      const { require } = prototype;
      const { getBuiltinModule } = process;
      isCollecting = true;
      try {
        const instrumentation = make();
        const parts = [instrumentation, ...Object.values(instrumentation)].filter(isInstrumentation);
        for (const part of parts) collectFrom(part);
        // A file of the application is watched by the patch of `require` itself.
        if (!parts.some(isOfApplication)) {
          prototype.require = require;
          process.getBuiltinModule = getBuiltinModule;
        }
        return instrumentation;
      } finally {
        isCollecting = false;
      }
    },
  };
}

function isInstrumentation(value: unknown): value is Inside {
  return typeof value === 'object' && value !== null && Array.isArray((value as Inside)._hooks);
}

/** Whether it patches a file of the application, by its path. */
function isOfApplication({ _modules = [] }: Inside): boolean {
  return _modules.some(({ name }) => isAbsolute(name));
}

/** What an application registers by itself gets the patch of `require` that it would get without us. */
function giveBackToOthers(singleton: RequireInTheMiddle, isOurs: () => boolean): void {
  const { register } = singleton;
  let isPatched = false;
  singleton.register = function (name, onRequire) {
    if (!isPatched && !isOurs()) {
      isPatched = true;
      singleton._initialize();
    }
    return register.call(this, name, onRequire);
  };
}
