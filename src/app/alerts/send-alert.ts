/** Raise an alert from code. */
import { loadAlertsConfig } from '../../config/alerts-config.ts';
import { createReporter, type Reporter } from '../../diagnostics/reporter.ts';
import type { AlertDrop } from '../../names/metrics/alerts.ts';
import { isSpanContextValid } from '../../runtime/api/span.ts';
import { contained } from '../../runtime/contain.ts';
import { telemetryState } from '../../runtime/end-work.ts';
import { errorDelivery } from '../../runtime/error-delivery.ts';
import { api } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { makeAlert, renderForAlertmanager, renderForWebhook, type Alert, type AlertInput } from './alert.ts';
import { countAlerts } from './count-alerts.ts';
import { alertsState, type AlertOutlet, type RaisedAlert } from './alerts-state.ts';

/** The same alert within this time is a duplicate. */
const WINDOW_MS = 60_000;
const MOST_PER_MINUTE = 60;
const MOST_KEYS = 1000;
const MOST_HISTORY = 100;
// Captured, for applications and test runners replace it.
const nowMs = Date.now;

/**
 * Send an alert to the Alertmanager of `SIGNALBOX_ALERTMANAGER_URL`, or as JSON to `SIGNALBOX_ALERT_WEBHOOK_URL`, with the name of the
 * service and the id of the active trace. It is queued, sent again until it arrives, and at the end of the process sent within its one time
 * limit. The same title and severity within a minute is sent once, and no more than 60 alerts are sent in a minute; what is not sent is
 * counted (`signalbox.alerts` with `error.type`). Secrets are removed from all of it. Its requests make no spans.
 *
 * Does nothing where no telemetry runs (`--require signalbox/register`). Never throws, and never keeps the process alive.
 *
 * @returns whether it was queued.
 * @example sendAlert({ title: 'Stock is negative', message: 'The sum of all orders is wrong.', severity: 'critical', metadata: { sku } });
 */
export function sendAlert(alert: AlertInput): boolean {
  return raise(alert, false);
}

/** Say that an alert with this title and severity is over. As `sendAlert()` otherwise. */
export function resolveAlert(alert: Pick<AlertInput, 'title' | 'severity'>): boolean {
  return raise(alert, true);
}

/** The last 100 alerts that this process raised, the oldest first, also those that were not sent. */
export function alertHistory(): readonly RaisedAlert[] {
  return [...alertsState.history];
}

function raise(input: AlertInput, isOver: boolean): boolean {
  if (errorDelivery.open === undefined) return false;
  try {
    const span = api.trace.getActiveSpan()?.spanContext();
    const now = nowMs();
    const source = { service: telemetryState.service, span: span !== undefined && isSpanContextValid(span) ? span : undefined, nowMs: now };
    const alert = makeAlert(input, isOver, source);
    const notSent = reasonNotToSend(alert, now);
    remember({ title: alert.title, severity: alert.severity, status: isOver ? 'resolved' : 'firing', raisedAt: now, notSent });
    countAlerts(notSent);
    if (notSent !== undefined) return false;
    for (const { form, outlet } of alertsState.outlets ?? [])
      outlet.send(Buffer.from(form === 'alertmanager' ? renderForAlertmanager(alert) : renderForWebhook(alert)));
    return true;
  } catch (error) {
    contained('sending an alert', error);
    return false;
  }
}

function reasonNotToSend({ endsAtMs, severity, title }: Alert, now: number): AlertDrop | undefined {
  if (openOutlets().length === 0) return 'nowhere';
  const key = `${severity} ${title}`;
  // What is over may come again at once.
  if (endsAtMs !== undefined) return void alertsState.lastSentMs.delete(key);
  const last = alertsState.lastSentMs.get(key);
  if (last !== undefined && now >= last && now - last < WINDOW_MS) return 'duplicate';
  const minute = Math.floor(now / 60_000);
  if (minute !== alertsState.minute) Object.assign(alertsState, { minute, sentInMinute: 0 });
  if (++alertsState.sentInMinute > MOST_PER_MINUTE) return 'rate_limited';
  alertsState.lastSentMs.delete(key);
  alertsState.lastSentMs.set(key, now);
  if (alertsState.lastSentMs.size > MOST_KEYS) alertsState.lastSentMs.delete(alertsState.lastSentMs.keys().next().value as string);
  return undefined;
}

function openOutlets(): readonly AlertOutlet[] {
  if (alertsState.outlets !== undefined) return alertsState.outlets;
  const { logLevel, receivers, token } = loadAlertsConfig();
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const opened = receivers.flatMap(({ form, url }) => {
    const outlet = errorDelivery.open?.({ kind: 'alerts', url, headers, userAgent: `signalbox/${version}`, onDropped: countAlerts });
    return outlet === undefined ? [] : [{ form, outlet }];
  });
  if (opened.length === 0) sayNowhere(createReporter({ level: logLevel }));
  return (alertsState.outlets = opened);
}

function sayNowhere(reporter: Reporter): void {
  reporter.say(
    'alerts.nowhere',
    'sendAlert() was called, but neither SIGNALBOX_ALERTMANAGER_URL nor SIGNALBOX_ALERT_WEBHOOK_URL is set. Alerts of this process are counted and not sent. Set one of them.',
  );
}

function remember(raised: RaisedAlert): void {
  alertsState.history.push(raised);
  if (alertsState.history.length > MOST_HISTORY) alertsState.history.shift();
}
