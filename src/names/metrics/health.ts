/** What `signalbox/health` records. */
import { HEALTH_CHECK_NAME } from '../attributes.ts';
import { HEALTH_STATUS_METRIC } from '../metrics.ts';
import type { MetricRows } from './metric-row.ts';

export const HEALTH_METRICS = {
  status: {
    name: HEALTH_STATUS_METRIC,
    type: 'gauge',
    unit: '1',
    description: 'State of a health check: 1 healthy, 0.5 degraded, 0 unhealthy.',
    attributes: { [HEALTH_CHECK_NAME]: 'label' },
    isObserved: true,
  },
} as const satisfies MetricRows;
