/**
 * Patches what instrumentations want as soon as it has loaded, in place of the patch of `require` that they bring.
 *
 * That patch stands in the stack trace of everything that is loaded, resolves each id a second time, and remembers what it patched
 * by file name, whatever a test put into the cache of modules since. Here only the files of wanted packages take another way, and
 * only when they really are loaded. CommonJS that is imported is loaded here as well: what `import` gives is made of its exports.
 */
import { createRequire, Module } from 'node:module';
import { join } from 'node:path';
import { attempt } from '../../runtime/contain.ts';
import { require } from '../../runtime/otel.ts';
import type { Hook } from './hooks.ts';
import { nameInside, type Patches } from './patches.ts';
import { folderOfPackage, packageOfFile } from './package-name.ts';

type Load = (this: Module, filename: string) => unknown;

interface Loader {
  load: Load;
}

const prototype = Module.prototype as unknown as Loader;

/** @param onPackage - called before a file of a package is loaded. */
export function hookRequire(patches: Patches, onPackage: (name: string, filename: string) => void): Hook {
  let { load } = prototype;
  // Stack traces show a function without a name by that of its property, which they do not find behind an accessor.
  if (load.name === '') Object.defineProperty(load, 'name', { value: 'load', configurable: true });
  const loadAndPatch: Load = function (filename) {
    const result = load.call(this, filename);
    if (makesExportsLater(this)) return result;
    const packageName = packageOfFile(filename) as string;
    const folder = folderOfPackage(filename, packageName);
    const isMain = mainOf(packageName, folder) === filename;
    const name = isMain ? packageName : nameInside(packageName, folder, filename);
    this.exports = patches.ofFile(this.exports, { packageName, name, folder, filename });
    return result;
  };
  // Looked up by Node.js right before it loads a file: what is not wanted gets the plain function, and no frame of ours.
  Object.defineProperty(prototype, 'load', {
    configurable: true,
    enumerable: true,
    get(this: Module) {
      const packageName = typeof this.id === 'string' ? packageOfFile(this.id) : undefined;
      if (packageName === undefined) return load;
      onPackage(packageName, this.id);
      return patches.has(packageName) ? loadAndPatch : load;
    },
    set(value: Load) {
      load = value;
    },
  });
  return {
    deregister() {
      Object.defineProperty(prototype, 'load', { value: load, configurable: true, enumerable: true, writable: true });
    },
  };
}

/** Patch the modules of a package that another one has loaded before the package was wanted: who asks from now on gets them. */
export function patchLoaded(patches: Patches, packageName: string): void {
  for (const module of Object.values(require.cache)) {
    if (module === undefined || packageOfFile(module.filename) !== packageName || makesExportsLater(module)) continue;
    const { filename } = module;
    const folder = folderOfPackage(filename, packageName);
    const name = mainOf(packageName, folder) === filename ? packageName : nameInside(packageName, folder, filename);
    module.exports = patches.ofFile(module.exports, { packageName, name, folder, filename });
  }
}

/** Some put a getter in the place of what they export, which compiles WebAssembly when it is first asked: nobody patches that. */
function makesExportsLater(module: Module): boolean {
  return Object.getOwnPropertyDescriptor(module, 'exports')?.get !== undefined;
}

const mains = new Map<string, string | undefined>();

/** The file that `require` of the package in `folder` gives; none when only its files can be loaded. */
function mainOf(packageName: string, folder: string): string | undefined {
  if (!mains.has(folder))
    mains.set(
      folder,
      attempt(() => createRequire(join(folder, 'package.json')).resolve(packageName)),
    );
  return mains.get(folder);
}
