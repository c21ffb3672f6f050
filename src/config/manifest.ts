import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt } from '../runtime/contain.ts';
import type { PlatformFacts } from './facts.ts';

/** How far up from the script a package.json is looked for. */
const MOST_FOLDERS = 12;

export interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/** The application's own package.json: the nearest one with a name, upwards from the script, never a dependency's. */
export function findManifest({ script, cwd }: PlatformFacts): Manifest | undefined {
  const inDependency = script !== undefined && /[\\/]node_modules[\\/]/.test(script);
  let folder = script === undefined || inDependency ? cwd : dirname(script);
  for (let up = 0; up < MOST_FOLDERS; up++) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name !== undefined) return manifest;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return undefined;
}

/** `undefined` when none is there, when it cannot be read or is not JSON: the next one up may be. */
function readManifest(path: string): Manifest | undefined {
  return attempt(() => {
    const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return {
      ...(typeof name === 'string' && name !== '' ? { name } : {}),
      ...(typeof version === 'string' && version !== '' ? { version } : {}),
    };
  });
}
