/** What the process knows of its alerts. One for the process, whichever copy of this package is asked. */
import type { EnvelopeOutlet } from '../../runtime/error-delivery.ts';
import type { AlertSeverity } from './alert.ts';
import type { AlertDrop } from '../../names/metrics/alerts.ts';

export interface RaisedAlert {
  readonly title: string;
  readonly severity: AlertSeverity;
  readonly status: 'firing' | 'resolved';
  /** Milliseconds since the epoch. */
  readonly raisedAt: number;
  /** Why it was not sent; `undefined` where it was queued. */
  readonly notSent: AlertDrop | undefined;
}

export interface AlertOutlet {
  readonly form: 'alertmanager' | 'webhook';
  readonly outlet: EnvelopeOutlet;
}

interface AlertsState {
  /** `undefined` before the first alert. */
  outlets: readonly AlertOutlet[] | undefined;
  /** The oldest first. */
  readonly history: RaisedAlert[];
  /** When an alert was sent last, by what tells alerts apart; the oldest first. */
  readonly lastSentMs: Map<string, number>;
  minute: number;
  sentInMinute: number;
}

const SLOT = Symbol.for('signalbox.alerts');

export const alertsState: AlertsState = ((globalThis as { [SLOT]?: AlertsState })[SLOT] ??= {
  outlets: undefined,
  history: [],
  lastSentMs: new Map(),
  minute: -1,
  sentInMinute: 0,
});
