/** What `register` loads once it is clear that this Node.js can run it. */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { readEarlyFacts } from './config/early.ts';
import { launcherOf } from './sdk/lifecycle/launcher.ts';

/** Start telemetry unless this process or thread is told not to, or only launches others. Then next to nothing is loaded. */
export function preload(): void {
  const { disabled, workerThreads, isRunnersChild } = readEarlyFacts();
  if (disabled || (!isMainThread && !workerThreads)) return;
  if (launcherOf({ argv: process.argv, execArgv: process.execArgv, isRunnersChild }) !== undefined) return;
  const { startTelemetry } = createRequire(import.meta.url)('./start.js') as typeof import('./start.ts');
  startTelemetry();
}
