/** `mkdir -p`. That of Node.js goes round for ever where the system has no place for a folder, as in `/proc`. */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** @throws what the system says. */
export function makeFolder(path: string, mode: number): void {
  const folder = resolve(path);
  try {
    makeOne(folder, mode);
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) throw error;
    makeFolder(parent, mode);
    makeOne(folder, mode);
  }
}

/** Another process may be faster. */
function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
