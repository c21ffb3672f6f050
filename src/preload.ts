/** What `register` loads once it is clear that this Node.js can run it. */
import { createRequire } from 'node:module';
import { readEarlyFacts } from './config/early.ts';
import { launcherOf, type Launcher } from './process/launcher.ts';

/** Start telemetry unless this process is told not to, or only launches others. Then next to nothing is loaded. */
export function preload(): void {
  const { disabled, isRunnersChild } = readEarlyFacts();
  if (disabled) return;
  const launcher = launcherOf({ argv: process.argv, execArgv: process.execArgv, isRunnersChild });
  if (launcher !== undefined) return sayWhenOnlyForLauncher(launcher);
  const { startTelemetry } = createRequire(import.meta.url)('./start.js') as typeof import('./start.ts');
  startTelemetry();
}

/** By a flag, the preload reaches the process that launches, and not the application that it starts. */
function sayWhenOnlyForLauncher({ name, startsApplications }: Launcher): void {
  const isByFlag = process.execArgv.some((arg) => /(^|[=\\/])signalbox[\\/](dist[\\/])?register/.test(arg));
  if (!isByFlag || !startsApplications) return;
  const { createReporter } = createRequire(import.meta.url)('./diagnostics/reporter.js') as typeof import('./diagnostics/reporter.ts');
  createReporter({ level: 'warn' }).say(
    'launcher',
    `The preload must reach the application, but ${name} starts that as a process of its own, and a flag does not go on to it. There is no telemetry. Use NODE_OPTIONS='--require signalbox/register'.`,
  );
}
