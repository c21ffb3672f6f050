/**
 * What the ops port hands the alerts to that it receives: the handlers of `onAlert()` in this process, whichever copy of this package
 * they were given to. Empty before the first one.
 */

export type Texts = Readonly<Record<string, string>>;

/** An alert as a handler gets it. */
export interface ReceivedAlert {
  /** Its label `alertname`. */
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Texts;
  readonly annotations: Texts;
  /** Milliseconds since the epoch; 0 when it was not said. */
  readonly startsAt: number;
  /** Milliseconds since the epoch; `undefined` while it fires. */
  readonly endsAt: number | undefined;
  /** What tells alerts apart: the same for each firing of one alert, whichever Alertmanager sends it. */
  readonly fingerprint: string;
  /** Its expression in Prometheus; '' when it was not said. */
  readonly generatorURL: string;
}

interface AlertHandlers {
  /** Runs the handlers for it that have not run for this firing. @returns whether there are any for it. Never throws. */
  take: ((alert: ReceivedAlert) => boolean) | undefined;
}

const SLOT = Symbol.for('signalbox.alert-handlers');

export const alertHandlers: AlertHandlers = ((globalThis as { [SLOT]?: AlertHandlers })[SLOT] ??= { take: undefined });
