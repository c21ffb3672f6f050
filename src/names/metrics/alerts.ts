/** What `signalbox/alerts` records. */
import { ERROR_TYPE } from '../attributes.ts';
import { ENVELOPE_DROPS } from './errors.ts';
import type { MetricRows } from './metric-row.ts';

/** Why an alert from code was not sent, or did not arrive. */
export const ALERT_DROPS = ['duplicate', 'nowhere', ...ENVELOPE_DROPS] as const;
export type AlertDrop = (typeof ALERT_DROPS)[number];

export const ALERT_METRICS = {
  sent: {
    name: 'signalbox.alerts',
    type: 'counter',
    unit: '{alert}',
    description: 'Alerts that the application raised; with `error.type` those that were not sent or did not arrive.',
    attributes: { [ERROR_TYPE]: ALERT_DROPS },
  },
} as const satisfies MetricRows;
