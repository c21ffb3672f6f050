import { droppedTotal, inFlight, runningAccounts, type Account } from '../../../diagnostics/account.ts';
import { monotonicMs } from '../../../runtime/clock.ts';
import type { CheckAnswer } from '../check.ts';

/**
 * Telemetry is exported: what waits, what was lost, and when the last of each signal was acknowledged. Degraded while an endpoint
 * fails, and where records were lost since the last check; never unhealthy, for the application can do without.
 *
 * @example health.register('telemetry', telemetryCheck(), { critical: false });
 */
export function telemetryCheck(): () => CheckAnswer {
  const lostBefore = new Map<Account, number>();
  return () => {
    const accounts = runningAccounts();
    if (accounts.length === 0) return { status: 'degraded', error: 'no telemetry is exported by this process' };
    const faults = accounts.flatMap((account) => faultsOf(account, lostBefore));
    const details = Object.fromEntries(accounts.map((account) => [nameOf(account), describe(account)]));
    return faults.length === 0 ? { details } : { status: 'degraded', details, error: faults.join(', ') };
  };
}

function faultsOf(account: Account, lostBefore: Map<Account, number>): string[] {
  const lost = droppedTotal(account) - (lostBefore.get(account) ?? 0);
  lostBefore.set(account, droppedTotal(account));
  const { failure } = account;
  return [
    ...(failure === undefined ? [] : [`${nameOf(account)} cannot be exported (${failure.reason.replaceAll('_', ' ')})`]),
    ...(lost === 0 ? [] : [`${lost} records of ${nameOf(account)} were lost`]),
  ];
}

/** `traces`, `traces to console` */
function nameOf({ signal, exporter }: Account): string {
  return exporter === 'otlp' ? signal : `${signal} to ${exporter}`;
}

function describe(account: Account): Readonly<Record<string, unknown>> {
  const now = monotonicMs();
  const { failure, lastSuccessMs } = account;
  return {
    produced: account.produced,
    acknowledged: account.acknowledged,
    in_flight: inFlight(account),
    dropped: Object.fromEntries(account.dropped),
    ...(lastSuccessMs !== undefined && { last_success_seconds_ago: seconds(now - lastSuccessMs) }),
    ...(failure !== undefined && { failing_for_seconds: seconds(now - failure.sinceMs) }),
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
