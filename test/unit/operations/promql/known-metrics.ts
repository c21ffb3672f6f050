/** What may stand in an expression: each name in Prometheus, its kind, and its labels. */
import { METRICS } from '../../../../src/names/metrics/catalogue.ts';
import { SERVER_METRICS } from '../../../../src/operations/alerts/metrics.ts';
import { WINDOWS_SECONDS } from '../../../../src/operations/slo/build-objectives.ts';
import { formatDuration } from '../../../../src/operations/durations.ts';
import { label, metricName, SERVICE_LABELS } from '../../../../src/operations/promql.ts';

export interface KnownMetric {
  readonly kind: 'counter' | 'gauge';
  readonly labels: ReadonlySet<string>;
}

const COMMON = [...SERVICE_LABELS, 'instance'];
const SLOTH = ['sloth_id', 'sloth_service', 'sloth_slo', 'sloth_window'];

function known(): Map<string, KnownMetric> {
  const found = new Map<string, KnownMetric>();
  for (const row of METRICS.values()) {
    const labels = [...COMMON, ...Object.keys(row.attributes).map(label)];
    if (row.type !== 'histogram')
      found.set(metricName(row), { kind: row.type === 'counter' ? 'counter' : 'gauge', labels: new Set(labels) });
    else
      for (const part of ['bucket', 'count', 'sum'] as const)
        found.set(metricName(row, part), { kind: 'counter', labels: new Set(part === 'bucket' ? [...labels, 'le'] : labels) });
  }
  for (const [name, { labels, type }] of Object.entries(SERVER_METRICS))
    found.set(name, { kind: type, labels: new Set([...COMMON, ...labels]) });
  found.set('ALERTS', { kind: 'gauge', labels: new Set([...COMMON, 'alertname', 'alertstate', 'severity', 'service', 'component']) });
  const windows = [...WINDOWS_SECONDS.map(formatDuration), '30d'].map((window) => `slo:sli_error:ratio_rate${window}`);
  const recorded = [
    'objective:ratio',
    'error_budget:ratio',
    'time_period:days',
    'current_burn_rate:ratio',
    'period_burn_rate:ratio',
    'period_error_budget_remaining:ratio',
  ];
  for (const name of [...windows, ...recorded.map((each) => `slo:${each}`), 'sloth_slo_info'])
    found.set(name, { kind: 'gauge', labels: new Set(SLOTH) });
  return found;
}

export const KNOWN_METRICS: ReadonlyMap<string, KnownMetric> = known();
