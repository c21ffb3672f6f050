/** What tells one application of a process manager from another where both are started by the same program. */
import type { Environment } from './early.ts';

/** PM2's name and script of the application; empty without PM2. */
export function managedApplication(env: Environment): readonly string[] {
  return env['pm_id'] === undefined ? [] : [env['name'] ?? '', env['pm_exec_path'] ?? ''];
}
