import { ERROR_TYPE } from '../../names/attributes.ts';
import { ALERT_METRICS, type AlertDrop } from '../../names/metrics/alerts.ts';
import { contain } from '../../runtime/contain.ts';
import { counterOf } from '../metrics/pack-instruments.ts';

const counter = counterOf(ALERT_METRICS.sent);

/** @param reason - why they were not sent, or did not arrive; `undefined` where they were queued. */
export function countAlerts(reason: AlertDrop | undefined, alerts = 1): void {
  contain('counting alerts', () => counter.add(alerts, reason === undefined ? {} : { [ERROR_TYPE]: reason }));
}
