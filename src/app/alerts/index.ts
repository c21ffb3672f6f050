/**
 * `signalbox/alerts`: alerts that only the application can know of.
 *
 * Does nothing without `signalbox/register`. What can be seen in metrics is better an alert of Prometheus (docs/alerts.md).
 */
export { alertHistory, resolveAlert, sendAlert } from './send-alert.ts';
export type { AlertInput, AlertSeverity } from './alert.ts';
export type { RaisedAlert } from './alerts-state.ts';
