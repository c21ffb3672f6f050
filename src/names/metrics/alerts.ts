/** What `signalbox/alerts` records. */
import { ALERT_NAME, ERROR_TYPE } from '../attributes.ts';
import { ENVELOPE_DROPS } from './errors.ts';
import { LONG_SECONDS, type MetricRows } from './metric-row.ts';

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
  handlerDuration: {
    name: 'signalbox.alert.handler.duration',
    type: 'histogram',
    unit: 's',
    description: 'Runs of handlers of alerts (`onAlert()`); with `error.type` those that failed, took too long or found no room.',
    attributes: { [ALERT_NAME]: 'label', [ERROR_TYPE]: 'label' },
    buckets: LONG_SECONDS,
  },
} as const satisfies MetricRows;
