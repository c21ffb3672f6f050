/** A health report as JSON: as it is, or in the format of the IETF's draft for `application/health+json`. */
import type { CheckResult, HealthReport, HealthStatus } from '../app/health/check.ts';
import { setProperty } from '../values/plain-value.ts';
import { choicesIn } from './exposition/negotiate.ts';

export const HEALTH_CODES: Readonly<Record<HealthStatus, number>> = { healthy: 200, degraded: 200, unhealthy: 503 };

/** @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06 */
const DRAFT_STATUS: Readonly<Record<HealthStatus, string>> = { healthy: 'pass', degraded: 'warn', unhealthy: 'fail' };

/** Only where it is named. */
export function wantsHealthJson(accept: string | undefined): boolean {
  return choicesIn(accept).some(({ type, quality }) => type === 'application/health+json' && quality > 0);
}

/** What anybody may see: names, states and times. */
export function withoutDetails(report: HealthReport): HealthReport {
  const checks: Record<string, CheckResult> = {};
  for (const [name, { status, response_time_ms, critical }] of Object.entries(report.checks))
    setProperty(checks, name, { status, response_time_ms, critical });
  return { ...report, checks };
}

export function healthBody(report: HealthReport, isHealthJson: boolean): string {
  return JSON.stringify(isHealthJson ? asDraft(report) : report);
}

function asDraft({ checks, shutting_down, status, timestamp }: HealthReport): object {
  const drafted: Record<string, object[]> = {};
  for (const [name, { details, error, response_time_ms, status: each }] of Object.entries(checks))
    setProperty(drafted, `${name}:responseTime`, [
      {
        status: DRAFT_STATUS[each],
        time: timestamp,
        observedValue: response_time_ms,
        observedUnit: 'ms',
        ...(error !== undefined && { output: error }),
        ...(details !== undefined && { details }),
      },
    ]);
  return { status: DRAFT_STATUS[status], ...(shutting_down === true && { output: 'shutting down' }), checks: drafted };
}
