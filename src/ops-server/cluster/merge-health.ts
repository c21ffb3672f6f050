/** The health of several processes as that of one service. Policy only. */
import type { CheckResult, HealthReport, HealthStatus } from '../../app/health/check.ts';
import { overallStatus } from '../../app/health/outcome.ts';
import { setProperty } from '../../values/plain-value.ts';

export interface ProcessHealth {
  /** Its number in the cluster, or `primary`. */
  readonly worker: string;
  readonly pid: number;
  /** `undefined` when it did not answer in time. */
  readonly report: HealthReport | undefined;
  readonly waitedMs: number;
}

const RANK: Readonly<Record<HealthStatus, number>> = { healthy: 0, degraded: 1, unhealthy: 2 };

/**
 * - A check is as bad as it is in the process where it is worst; its details say what each process answered.
 * - A process that did not answer is a failed check, `worker 3`, that is critical: requests would be sent to it.
 * - A process that is ending is left out as long as another one is not: those are replaced one by one.
 *
 * @param own - of the process that serves.
 * @param isPrimary - whether all others end with it.
 */
export function mergeHealth(
  own: ProcessHealth & { readonly report: HealthReport },
  others: readonly ProcessHealth[],
  isPrimary: boolean,
): HealthReport {
  if (others.length === 0) return own.report;
  const serving = [own, ...others].filter(({ report }) => report?.shutting_down !== true);
  const isEnding = isPrimary ? own.report.shutting_down === true || serving.length === 1 : serving.length === 0;
  if (isEnding) return { ...own.report, status: 'unhealthy', shutting_down: true, checks: {} };
  const checks: Record<string, CheckResult> = {};
  for (const [name, results] of resultsByName(serving)) setProperty(checks, name, mergeResults(results));
  for (const { pid, report, waitedMs, worker } of serving)
    if (report === undefined) setProperty(checks, `worker ${worker}`, unanswered(pid, waitedMs));
  const duration = Math.max(...serving.map(({ report, waitedMs }) => report?.duration_ms ?? waitedMs));
  return { status: statusOf(serving), timestamp: own.report.timestamp, duration_ms: duration, checks };
}

interface Result {
  readonly from: ProcessHealth;
  readonly result: CheckResult;
}

function resultsByName(all: readonly ProcessHealth[]): Map<string, Result[]> {
  const found = new Map<string, Result[]>();
  for (const from of all)
    for (const [name, result] of Object.entries(from.report?.checks ?? {})) {
      const results = found.get(name);
      if (results === undefined) found.set(name, [{ from, result }]);
      else results.push({ from, result });
    }
  return found;
}

function mergeResults(results: readonly Result[]): CheckResult {
  const worst = results.reduce((a, b) => (RANK[b.result.status] > RANK[a.result.status] ? b : a));
  const { error, status } = worst.result;
  const workers = results.map(({ from: { pid, worker }, result }) => {
    const { details, error: own, response_time_ms, status: state } = result;
    return { worker, pid, status: state, response_time_ms, ...(details && { details }), ...(own !== undefined && { error: own }) };
  });
  return {
    status,
    response_time_ms: Math.max(...results.map(({ result }) => result.response_time_ms)),
    critical: results.some(({ result }) => result.critical),
    details: { workers },
    ...(error !== undefined && { error: `worker ${worst.from.worker} (process ${worst.from.pid}): ${error}` }),
  };
}

function unanswered(pid: number, waitedMs: number): CheckResult {
  return { status: 'unhealthy', response_time_ms: waitedMs, critical: true, error: `process ${pid} did not answer within ${waitedMs} ms` };
}

function statusOf(serving: readonly ProcessHealth[]): HealthStatus {
  return overallStatus(serving.flatMap(({ pid, report, waitedMs }) => (report === undefined ? [unanswered(pid, waitedMs)] : Object.values(report.checks)))); // prettier-ignore
}
