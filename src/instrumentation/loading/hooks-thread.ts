/** ES modules on older releases, whose synchronous hooks cannot wrap them: the hooks run on a thread of their own. */
import { register } from 'node:module';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { listenToImports } from './import-hook.ts';
import type { OnImport } from './registrations.ts';

/**
 * @param packages - that are wrapped.
 * @param files - inside a package: `@scope/name/file.js`.
 * @param urls - of files of the application.
 * @param onImport - called in this thread, for each module that was wrapped.
 */
export function startHooksThread(
  packages: readonly string[],
  files: readonly string[],
  urls: readonly string[],
  onImport: OnImport,
  reporter: Reporter,
): void {
  try {
    const include = [...packages, ...urls, ...files.map((file) => new RegExp(`/node_modules/${file.replaceAll('.', '\\.')}$`))];
    process.cwd(); // throws in a folder that was removed, where no thread starts and Node.js would wait for it for ever
    listenToImports(onImport);
    register('import-in-the-middle/hook.mjs', { parentURL: import.meta.url, data: { include } });
  } catch (error) {
    reporter.say(
      'hooks.esm',
      `ES modules cannot be instrumented: ${errorText(error)}. What is loaded by require() still is. Allow worker threads, or use Node.js 22.22.3, 24.11.1 or newer.`,
    );
  }
}
