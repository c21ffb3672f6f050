/** An application in a folder of its own, with packages that the test makes up. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './run-program.ts';

/** Paths inside the folder, and what stands there; an object is written as JSON. */
export type Files = Readonly<Record<string, string | object>>;

export interface Application {
  readonly folder: string;
  path(file: string): string;
  [Symbol.dispose](): void;
}

/**
 * @param linked - packages that are the project's own copies; `@opentelemetry/api` always is, unless `files` has one.
 */
export function makeApplication(files: Files, linked: readonly string[] = []): Application {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-application-')));
  // A service without a name is told so.
  for (const [path, content] of Object.entries({ 'package.json': { name: 'application' }, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const hasApi = Object.keys(files).some((path) => path.startsWith('node_modules/@opentelemetry/api/'));
  for (const name of hasApi ? linked : ['@opentelemetry/api', ...linked]) {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), path);
  }
  return {
    folder,
    path: (file) => join(folder, file),
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
