/** Which package a specifier or a file belongs to, and whether it is ours. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, sep } from 'node:path';
import { attempt } from '../../runtime/contain.ts';

const NODE_MODULES = '/node_modules/';

/** `express` of `express/lib/router`, `@scope/name` of `@scope/name/file`, `http` of `node:http`, the package of a file's URL. */
export function packageOf(specifier: string): string | undefined {
  let name = specifier;
  if (name.startsWith('file:')) {
    const at = name.lastIndexOf(NODE_MODULES);
    if (at === -1) return undefined;
    name = name.slice(at + NODE_MODULES.length);
  } else if (name.startsWith('node:')) {
    return withoutScheme(name);
  }
  const first = name.charCodeAt(0);
  if (first === 0x2e || first === 0x2f || first === 0x23) return undefined; // . / #
  const end = name.indexOf('/', name.charCodeAt(0) === 0x40 ? name.indexOf('/') + 1 : 0);
  if (isBuiltin(name)) return name;
  return end === -1 ? name : name.slice(0, end);
}

/** The package that a file stands in, by its path. */
export function packageOfFile(path: string): string | undefined {
  const at = path.lastIndexOf(`${sep}node_modules${sep}`);
  return at === -1 ? undefined : packageOf(path.slice(at + NODE_MODULES.length).replaceAll(sep, '/'));
}

export function withoutScheme(specifier: string): string {
  return specifier.startsWith('node:') ? specifier.slice('node:'.length) : specifier;
}

/** The folder of the package `name`, above a file of it. */
export function folderOfPackage(path: string, name: string): string {
  const inFolder = `${sep}node_modules${sep}${name.replaceAll('/', sep)}`;
  return path.slice(0, path.lastIndexOf(inFolder) + inFolder.length);
}

/** `version` in the package.json of a package's folder; `undefined` where there is none. */
export function versionOfPackage(folder: string): string | undefined {
  // Read, not required: an application may be in the middle of requiring it, and Node.js would warn of a circle.
  const version = attempt(() => (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }).version);
  return typeof version === 'string' ? version : undefined;
}

/** What this package imports itself is no sign of an application that has ES modules. */
export const OWN_FOLDER = new URL('../../', import.meta.url).href;
const OWN_PACKAGES = /\/node_modules\/(?:@opentelemetry|require-in-the-middle|import-in-the-middle)\//;

/** Whether signalbox asks for a module, or what it brings. */
export function isOwn(parentURL: string | undefined): boolean {
  return parentURL !== undefined && (parentURL.startsWith(OWN_FOLDER) || OWN_PACKAGES.test(parentURL));
}
