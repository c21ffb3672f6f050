import { logging } from './logging.ts';

/**
 * Write the lines that wait, as far as their destinations take them now; what they do not take is written later. Records that are
 * exported are flushed by `telemetry.flush()`.
 */
export function flushLogs(): void {
  logging().flush();
}

/**
 * Open the files of `LOG_DIR` anew, by their names: after a program has moved them away. SIGHUP does the same where the
 * application listens to it.
 */
export function reopenLogFiles(): void {
  logging().flush();
  logging().reopenFiles();
}
