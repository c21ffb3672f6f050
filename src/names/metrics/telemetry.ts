/** What signalbox records of itself. @see https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/ */
import { ERROR_TYPE, METRIC_NAME, OTEL_COMPONENT_NAME } from '../attributes.ts';
import { METRIC_OVERFLOW_METRIC, SDK_METRICS } from '../metrics.ts';
import type { MetricRow } from './metric-row.ts';

const UNITS = { traces: '{span}', logs: '{log_record}', metrics: '{data_point}' } as const;
const ACCOUNT = { [OTEL_COMPONENT_NAME]: 'any', [ERROR_TYPE]: 'any' } as const;

/** What is not there while every metric is below its limit. */
export const METRIC_OVERFLOW = {
  name: METRIC_OVERFLOW_METRIC,
  type: 'counter',
  unit: '{measurement}',
  description: 'Measurements that a metric recorded without attributes, for it had no room for more combinations of them.',
  attributes: { [METRIC_NAME]: 'any' },
  isObserved: true,
} as const satisfies MetricRow;

const ACCOUNT_METRICS: readonly MetricRow[] = (['traces', 'logs', 'metrics'] as const).flatMap((signal) => [
  {
    name: SDK_METRICS[signal].processed,
    type: 'counter',
    unit: UNITS[signal],
    description: 'Records that were queued for export; with error.type those that never were.',
    attributes: ACCOUNT,
    isObserved: true,
  },
  {
    name: SDK_METRICS[signal].exported,
    type: 'counter',
    unit: UNITS[signal],
    description: 'Records that the collector acknowledged; with error.type those that were lost on the way.',
    attributes: ACCOUNT,
    isObserved: true,
  },
  {
    name: SDK_METRICS[signal].inFlight,
    type: 'updowncounter',
    unit: UNITS[signal],
    description: 'Records that wait or were sent without an answer yet.',
    attributes: { [OTEL_COMPONENT_NAME]: 'any' },
    isObserved: true,
  },
]);

export const TELEMETRY_METRICS: readonly MetricRow[] = [...ACCOUNT_METRICS, METRIC_OVERFLOW];
