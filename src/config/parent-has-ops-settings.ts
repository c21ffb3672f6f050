/** Whether the process that started this one was started with a setting that may open the ops port. Known on Linux alone. */
import { readFileSync } from 'node:fs';
import { attempt } from '../runtime/contain.ts';

const OPS_SETTINGS =
  /(^|\0)(SIGNALBOX_OPS|SIGNALBOX_OPS_PORT|SIGNALBOX_OPS_HOST|OTEL_EXPORTER_PROMETHEUS_(HOST|PORT)|OTEL_METRICS_EXPORTER)=/;

/** A fork of the application has its environment, and so does the application itself when npm or a shell started it. */
export function parentHasOpsSettings(parentPid: number = process.ppid): boolean {
  return attempt(() => OPS_SETTINGS.test(readFileSync(`/proc/${parentPid}/environ`, 'latin1')), false);
}
