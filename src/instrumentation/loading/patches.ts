/**
 * Patches modules as our instrumentations want it. One package may reach an application by `require` and by `import`, and is
 * patched once: what came first is what the other way gives.
 */
import { relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { contain } from '../../runtime/contain.ts';
import { folderOfPackage, packageOf } from './package-name.ts';
import type { Exports, OnImport, Registrations } from './registrations.ts';

/** A file of a package. */
export interface PackageFile {
  readonly packageName: string;
  /** The package's for the file that `require` of it gives, or with the path inside it. */
  readonly name: string;
  readonly folder: string;
  readonly filename: string;
}

export interface Patches {
  /** Whether modules of the package are wanted. */
  has(packageName: string): boolean;
  /** The exports of a file that was loaded by `require`, or of a CommonJS module that was imported, after the patches. */
  ofFile(exports: unknown, file: PackageFile): unknown;
  /** Patch a module of Node.js in place. */
  ofBuiltin(exports: unknown, name: string): void;
  /** To be called for each module that is imported and wrapped. */
  readonly onImport: OnImport;
}

export interface PatchesOptions {
  /** A file of a wanted package was loaded, in whatever way. */
  readonly onLibrary: (packageName: string, folder: string) => void;
  readonly onFailure: (name: string, error: unknown) => void;
}

interface Patching extends Pick<Registrations, 'byImport' | 'byRequire'>, PatchesOptions {
  /** What CommonJS packages export, after the patches. */
  readonly patched: WeakSet<object>;
  /** What ES modules export after the patches, by URL: they are loaded once in a process. */
  readonly namespaces: Map<string, Exports>;
}

export function createPatches({ byImport, byRequire }: Registrations, options: PatchesOptions): Patches {
  const patching: Patching = { ...options, byImport, byRequire, patched: new WeakSet(), namespaces: new Map() };
  return {
    has: (packageName) => byRequire.has(packageName),
    ofFile: (exports, file) => patchFile(patching, exports, file),
    ofBuiltin: (exports, name) => void patch(patching, exports, { packageName: name, name }),
    onImport: (...imported) => patchImported(patching, ...imported),
  };
}

/** What the instrumentations make of `exports`; what they cannot patch, for it is a stand-in of a test, stays as it is. */
function patch(
  { byRequire, onFailure }: Patching,
  exports: unknown,
  { packageName, name, folder }: Pick<PackageFile, 'packageName' | 'name'> & { readonly folder?: string },
): unknown {
  let result = exports;
  for (const hook of byRequire.get(packageName) ?? []) {
    if (name !== hook.name && !name.startsWith(`${hook.name}/`)) continue;
    try {
      result = hook.onRequire(result, name.replaceAll('/', sep), folder);
    } catch (error) {
      onFailure(name, error);
    }
  }
  return result;
}

function patchFile(patching: Patching, exports: unknown, file: PackageFile): unknown {
  patching.onLibrary(file.packageName, file.folder);
  if (types.isModuleNamespaceObject(exports)) return patchRequiredNamespace(patching, exports as unknown as Exports, file);
  const result = patch(patching, exports, file);
  if (file.name === file.packageName && isObject(result)) patching.patched.add(result);
  return result;
}

/** Instrumentations change a namespace in place, or return what is its default from then on. */
function patchNamespace(patching: Patching, namespace: Exports, file: Omit<PackageFile, 'filename'>): void {
  const result = patch(patching, namespace, file);
  if (result !== namespace && isObject(result) && 'default' in namespace) namespace['default'] = result;
}

/** An ES module that was loaded by `require`: its exports cannot be changed, so a copy is. */
function patchRequiredNamespace(patching: Patching, exports: Exports, file: PackageFile): unknown {
  const { namespaces } = patching;
  const url = pathToFileURL(file.filename).href;
  const imported = namespaces.get(url);
  const copy = copyOf(exports, imported);
  if (imported === undefined) {
    patchNamespace(patching, copy, file);
    namespaces.set(url, copy);
  }
  return Object.keys(exports).every((key) => copy[key] === exports[key]) ? exports : copy;
}

function patchImported(patching: Patching, ...[url, namespace, specifier, format]: Parameters<OnImport>): void {
  const { byImport, namespaces, onLibrary, patched } = patching;
  // Of CommonJS: patched when it was loaded. An ES module may also stand for such a one.
  if (patched.has(namespace['default'] as object)) return;
  const required = namespaces.get(url);
  if (required !== undefined) {
    for (const key of Object.keys(namespace)) if (key in required) namespace[key] = required[key];
    return;
  }
  namespaces.set(url, namespace);
  for (const hook of byImport) contain('patching a file of the application', () => hook(url, namespace, specifier, format));
  const packageName = packageOf(url);
  if (packageName === undefined || !url.startsWith('file:')) return;
  const filename = fileURLToPath(url);
  const folder = folderOfPackage(filename, packageName);
  onLibrary(packageName, folder);
  const name = specifier === packageName ? packageName : nameInside(packageName, folder, filename);
  patchNamespace(patching, namespace, { packageName, name, folder });
}

/** The name by which instrumentations know a file in the `folder` of a package. */
export function nameInside(packageName: string, folder: string, filename: string): string {
  return `${packageName}/${relative(folder, filename).replaceAll(sep, '/')}`;
}

/** A module's exports that can be changed, with the values of `imported` where it was imported before. */
function copyOf(exports: Exports, imported: Exports = {}): Exports {
  const copy: Exports = Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } }) as Exports;
  for (const key of Object.keys(exports)) copy[key] = key in imported ? imported[key] : exports[key];
  return copy;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
