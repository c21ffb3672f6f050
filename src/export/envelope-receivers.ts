/** What is said of the servers that take envelopes, and whether they limit. */
import type { ExportReason, MessageCode } from '../names/messages.ts';
import type { EnvelopeKind } from '../runtime/error-delivery.ts';

export interface EnvelopeReceiver {
  readonly contentType: string;
  /** The name of its account. */
  readonly component: 'sentry' | 'alerts';
  /** Without `limited`, 429 is one more answer after which is waited. */
  readonly codes: Readonly<Record<'unreachable' | 'refused' | 'recovered', MessageCode>> & { readonly limited?: MessageCode };
  /** How often one is sent that is answered with this; more than once where the fault may pass. */
  triesFor(reason: ExportReason): number;
  unreachable(origin: string, reason: ExportReason, mostWaiting: number): string;
  refused(origin: string, reason: ExportReason): string;
  recovered(origin: string): string;
}

/** A server that fails may have met a fault that passes, or one that each try meets. */
const MAY_PASS = /^http_(408|425|5\d\d)$/;
const MOST_TRIES = 10;
const WRONG_DSN = 'SENTRY_DSN must be the DSN that the settings of the project show.';
const SENTRY_CURES: Readonly<Partial<Record<ExportReason, string>>> = {
  http_400: WRONG_DSN,
  http_401: WRONG_DSN,
  http_403: WRONG_DSN,
  http_404: WRONG_DSN,
  http_413: 'Put less into extra, tags and breadcrumbs.',
};
const ALERT_CURES: Readonly<Partial<Record<ExportReason, string>>> = {
  http_401: 'SIGNALBOX_ALERTS_TOKEN is sent as a bearer token.',
  http_413: 'Put less into message and metadata.',
};

export const ENVELOPE_RECEIVERS: Readonly<Record<EnvelopeKind, EnvelopeReceiver>> = {
  errors: {
    contentType: 'application/x-sentry-envelope',
    component: 'sentry',
    codes: { unreachable: 'sentry.unreachable', refused: 'sentry.refused', recovered: 'sentry.recovered', limited: 'sentry.limited' },
    triesFor: () => 1,
    unreachable: (origin, reason, most) =>
      `Sentry at ${origin} cannot be reached (${spoken(reason)}). Errors wait and are sent again, ${most} of them at most. The address is that of SENTRY_DSN.`,
    refused: (origin, reason) =>
      `Sentry at ${origin} refused an error (${spoken(reason)}). It is lost. ${SENTRY_CURES[reason] ?? 'Is it the address of a Sentry server, of version 10 or newer?'}`,
    recovered: (origin) => `Sentry at ${origin} takes errors again.`,
  },
  alerts: {
    contentType: 'application/json',
    component: 'alerts',
    codes: { unreachable: 'alerts.unreachable', refused: 'alerts.refused', recovered: 'alerts.recovered' },
    triesFor: (reason) => (MAY_PASS.test(reason) ? MOST_TRIES : 1),
    unreachable: (origin, reason, most) =>
      `Alerts cannot be sent to ${origin} (${spoken(reason)}). They wait and are sent again, ${most} of them at most. The address is that of SIGNALBOX_ALERTMANAGER_URL or SIGNALBOX_ALERT_WEBHOOK_URL.`,
    refused: (origin, reason) =>
      `${origin} refused an alert (${spoken(reason)}). It is lost. ${ALERT_CURES[reason] ?? 'SIGNALBOX_ALERTMANAGER_URL must be the address of an Alertmanager, without /api; SIGNALBOX_ALERT_WEBHOOK_URL that of what takes a POST.'}`,
    recovered: (origin) => `${origin} takes alerts again.`,
  },
};

function spoken(reason: ExportReason): string {
  return reason.startsWith('http_') ? `it answered ${reason.slice('http_'.length)}` : reason.replaceAll('_', ' ');
}
