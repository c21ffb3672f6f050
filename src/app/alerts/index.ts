/**
 * `signalbox/alerts`: alerts that only the application can know of, and what it does when one fires.
 *
 * Does nothing without `signalbox/register`. What can be seen in metrics is better an alert of Prometheus (docs/alerts.md).
 */
export { onAlert, type OnAlertOptions } from './on-alert.ts';
export type { ReceivedAlert } from '../../runtime/alert-handlers.ts';
export type { AlertHandler } from './run-handler.ts';
export { alertHistory, resolveAlert, sendAlert } from './send-alert.ts';
export type { AlertInput, AlertSeverity } from './alert.ts';
export type { RaisedAlert } from './alerts-state.ts';
