import type { Reporter } from '../../diagnostics/reporter.ts';
import { require } from '../../runtime/otel.ts';
import { packageOfFile } from './package-name.ts';

/** Say which libraries were loaded before signalbox. */
export function sayLoadedFirst(isTarget: (packageName: string) => boolean, reporter: Reporter): void {
  const early = new Set<string>();
  for (const [path, module] of Object.entries(require.cache)) {
    const name = packageOfFile(path);
    if (name === undefined || !isTarget(name)) continue;
    // Brought by itself, by a library that is named, or by OpenTelemetry: not by the application.
    const byPackage = packageOfFile(module?.parent?.filename ?? '');
    if (byPackage === undefined || !(isTarget(byPackage) || byPackage.startsWith('@opentelemetry/'))) early.add(name);
  }
  for (const name of early) {
    reporter.say(
      `loaded-first.${name}`,
      `"${name}" must be loaded after signalbox, but was loaded before it. It is not instrumented and gives no spans. Put --require signalbox/register (or --import) before everything else.`,
    );
  }
}
