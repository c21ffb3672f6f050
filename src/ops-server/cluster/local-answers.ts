/** What one process of a cluster has to say. */
import type { ReceivedAlert } from '../../runtime/alert-handlers.ts';
import type { HealthReport } from '../../app/health/check.ts';
import type { HealthSource } from '../../app/health/health.ts';
import type { MetricSource } from '../../otlp/metric-writer.ts';

/** `/health`, `/ready` and `/health/telemetry`. */
export type ReportKind = 'health' | 'readiness' | 'telemetry';

export interface LocalAnswers {
  /** `undefined` when no metrics are recorded. */
  readonly metrics: MetricSource | undefined;
  readonly health: HealthSource;
  readonly telemetry: () => Promise<HealthReport>;
  /** @returns whether there is a handler for it here. */
  readonly takeAlert: (alert: ReceivedAlert) => boolean;
}

export function reportOf({ health, telemetry }: LocalAnswers, kind: ReportKind): Promise<HealthReport> {
  if (kind === 'telemetry') return telemetry();
  return kind === 'readiness' ? health.readiness(false) : health.report(false);
}
