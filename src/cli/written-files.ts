/** Files that the commands write, and which of those that are there they wrote before. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const WRITTEN = 'Written by `signalbox rules write`.';

/** Texts by path. */
export type Files = ReadonlyMap<string, string>;

export function inFolder(folder: string, files: Files): Files {
  return new Map([...files].map(([name, text]) => [join(folder, name), text]));
}

export function writeFiles(files: Files): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Its first line says so, as a comment of YAML or of a template. */
export function isOurs(path: string): boolean {
  return readFileSync(path, 'utf8').split('\n', 1)[0]?.includes(WRITTEN) === true;
}
