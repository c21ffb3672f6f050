/** The state of each check as a metric and, when it changes, as a log record; looked at also while nobody probes. */
import { setTimeout } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { processState } from '../../runtime/process-state.ts';
import { HEALTH_CHECK_NAME, HEALTH_STATUS } from '../../names/attributes.ts';
import { HEALTH_METRICS } from '../../names/metrics/health.ts';
import { SEVERITY_ERROR } from '../../names/otel.ts';
import { version } from '../../version.ts';
import type { CheckResult, HealthStatus } from './check.ts';
import type { Runner } from './runner.ts';

/** A check that nobody has probed for so long is run, so that its metric and its alerts are true without probes too. */
const LOOK_EVERY_MS = 30_000;

const VALUE: Readonly<Record<HealthStatus, number>> = { healthy: 1, degraded: 0.5, unhealthy: 0 };
const INFO = 9;
const WARN = 13;
const SEVERITY: Readonly<Record<HealthStatus, { readonly severityNumber: number; readonly severityText: string }>> = {
  healthy: { severityNumber: INFO, severityText: 'INFO' },
  degraded: { severityNumber: WARN, severityText: 'WARN' },
  unhealthy: { severityNumber: SEVERITY_ERROR, severityText: 'ERROR' },
};

export interface Observation {
  /** Something was registered or asked for: what telemetry needs is made, once it runs. */
  ensure(): void;
  /** Logs a state that is new. What is well from the beginning is no news. */
  changed(runner: Runner, before: CheckResult | undefined): void;
}

export function observeHealth(runners: () => Iterable<Runner>): Observation {
  let hasMetric = false;
  let isLooking = false;

  function makeMetric(): void {
    if (hasMetric || !processState.isRecording) return;
    hasMetric = true;
    api.metrics
      .getMeter('signalbox', version)
      .createObservableGauge(HEALTH_METRICS.status.name, HEALTH_METRICS.status)
      .addCallback((result) => {
        for (const { name, last } of runners()) if (last !== undefined) result.observe(VALUE[last.status], { [HEALTH_CHECK_NAME]: name });
      });
  }

  function look(): void {
    contain('looking at the health of the application', () => {
      makeMetric();
      if (!processState.isRecording || processState.isEnding) return;
      for (const runner of runners()) if (runner.ageMs >= LOOK_EVERY_MS) void runner.run(false);
    });
    setTimeout(look, LOOK_EVERY_MS).unref();
  }

  return {
    ensure() {
      makeMetric();
      if (isLooking) return;
      isLooking = true;
      setTimeout(look, LOOK_EVERY_MS).unref();
    },
    changed(runner, before) {
      const now = runner.last;
      if (now === undefined || !processState.isRecording || now.status === (before?.status ?? 'healthy')) return;
      api.logs.getLogger('signalbox', version).emit({
        eventName: 'signalbox.health.changed',
        ...SEVERITY[now.status],
        body: `Health check ${runner.name} is ${now.status}${now.error === undefined ? '' : `: ${now.error}`}`,
        attributes: { [HEALTH_CHECK_NAME]: runner.name, [HEALTH_STATUS]: now.status },
      });
    },
  };
}
