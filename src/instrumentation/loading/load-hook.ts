/**
 * Patches what instrumentations want as soon as it has loaded, in place of the patch of `require` that they bring.
 *
 * That patch stands in the stack trace of everything that is loaded, resolves each id a second time, and remembers what it patched
 * by file name, whatever a test put into the cache of modules since. Here only the files of wanted packages take another way, and
 * only when they really are loaded.
 */
import { createRequire, Module } from 'node:module';
import { join, relative, sep } from 'node:path';
import { packageOfFile } from './package-name.ts';

type OnLoad = (exports: unknown, name: string, folder: string | undefined) => unknown;
type Load = (this: Module, filename: string) => unknown;

/** What of the instrumentations' base class is used; exact versions are pinned, and a test fails when it changes. */
export interface PatchingRequire {
  readonly _requireInTheMiddleSingleton: { register(name: string, onRequire: OnLoad): unknown };
}

export interface LoadHook {
  /** Patch a module of Node.js in place, as its instrumentations registered for it. */
  patchBuiltin(name: string, exports: unknown): void;
  deregister(): void;
}

export interface LoadHookOptions {
  /** Makes the first instrumentation, and with it the patch of `require` that is taken back here. */
  readonly prime: () => PatchingRequire;
  /** Whether it is signalbox that registers something. What an application registers itself gets what it would get without. */
  readonly isOurs: () => boolean;
  /** Called before a file of a package is loaded. */
  readonly onPackage: (name: string) => void;
  readonly onFailure: (name: string, error: unknown) => void;
}

export function hookLoad({ prime, isOurs, onPackage, onFailure }: LoadHookOptions): LoadHook {
  const prototype = Module.prototype as unknown as { require: unknown; load: Load };
  const { require } = prototype;
  const { getBuiltinModule } = process;
  const { _requireInTheMiddleSingleton: theirs } = prime();
  const patched = { require: prototype.require, getBuiltinModule: process.getBuiltinModule };
  prototype.require = require;
  process.getBuiltinModule = getBuiltinModule;

  const registered = new Map<string, { readonly name: string; readonly onLoad: OnLoad }[]>();
  const { register } = theirs;
  theirs.register = function (name, onLoad) {
    if (!isOurs()) {
      if (prototype.require === require) prototype.require = patched.require;
      if (process.getBuiltinModule === getBuiltinModule) process.getBuiltinModule = patched.getBuiltinModule;
      return register.call(this, name, onLoad);
    }
    const ofPackage = packageOfFile(`${sep}node_modules${sep}${name.replaceAll('/', sep)}`) ?? name;
    registered.set(ofPackage, [...(registered.get(ofPackage) ?? []), { name, onLoad }]);
    return { moduleName: name, onRequire: onLoad };
  };

  /** What the instrumentations make of `exports`; what they cannot patch, for it is a stand-in of a test, stays as it is. */
  function patch(exports: unknown, packageName: string, name: string, folder?: string): unknown {
    let result = exports;
    for (const hook of registered.get(packageName) ?? []) {
      if (name !== hook.name && !name.startsWith(`${hook.name}/`)) continue;
      try {
        result = hook.onLoad(result, name.replaceAll('/', sep), folder);
      } catch (error) {
        onFailure(name, error);
      }
    }
    return result;
  }

  let { load } = prototype;
  // Stack traces show a function without a name by that of its property, which they do not find behind an accessor.
  if (load.name === '') Object.defineProperty(load, 'name', { value: 'load', configurable: true });
  const loadAndPatch: Load = function (filename) {
    const result = load.call(this, filename);
    const packageName = packageOfFile(filename) as string;
    const inFolder = `${sep}node_modules${sep}${packageName.replaceAll('/', sep)}`;
    const folder = filename.slice(0, filename.lastIndexOf(inFolder) + inFolder.length);
    const name =
      mainOf(packageName, folder) === filename ? packageName : `${packageName}/${relative(folder, filename).replaceAll(sep, '/')}`;
    this.exports = patch(this.exports, packageName, name, folder);
    return result;
  };
  // Looked up by Node.js right before it loads a file: what is not wanted gets the plain function, and no frame of ours.
  Object.defineProperty(prototype, 'load', {
    configurable: true,
    enumerable: true,
    get(this: Module) {
      const packageName = typeof this.id === 'string' ? packageOfFile(this.id) : undefined;
      if (packageName === undefined) return load;
      onPackage(packageName);
      // What is imported has a file name before it is loaded, and is patched by the hooks for ES modules.
      return registered.has(packageName) && this.filename === null ? loadAndPatch : load;
    },
    set(value: Load) {
      load = value;
    },
  });

  return {
    patchBuiltin: (name, exports) => void patch(exports, name, name),
    deregister() {
      Object.defineProperty(prototype, 'load', { value: load, configurable: true, enumerable: true, writable: true });
    },
  };
}

const mains = new Map<string, string | undefined>();

/** The file that `require` of the package in `folder` gives. */
function mainOf(packageName: string, folder: string): string | undefined {
  if (!mains.has(folder)) mains.set(folder, resolve(packageName, folder));
  return mains.get(folder);
}

function resolve(packageName: string, folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(packageName);
  } catch {
    return undefined; // it has none
  }
}
