/** Handlers of alerts that Alertmanager sends to the ops port. */
import { isMainThread } from 'node:worker_threads';
import { loadOnAlertConfig, type OnAlertConfig } from '../../config/alerts-config.ts';
import { createReporter } from '../../diagnostics/reporter.ts';
import { alertHandlers } from '../../runtime/alert-handlers.ts';
import { setTimeout } from '../../runtime/captured.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { telemetryState } from '../../runtime/end-work.ts';
import { optionsOf } from '../../values/options.ts';
import { createFirings, type Firings } from './firings.ts';
import type { ReceivedAlert } from '../../runtime/alert-handlers.ts';
import { runHandler, type AlertHandler } from './run-handler.ts';

export interface OnAlertOptions {
  /** Labels that the alert must have: `{ service: 'shop' }`. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether the handler runs as the alert begins, as it ends, or both; `alert.status` says which. @default 'firing' */
  readonly on?: 'firing' | 'resolved' | 'both';
  /** For one run, in milliseconds; then its signal aborts and the run has failed. @default SIGNALBOX_ON_ALERT_TIMEOUT, 30 seconds */
  readonly timeoutMs?: number;
  /** Each run is traced and logged, and the handler is not called. @default SIGNALBOX_ON_ALERT_DRY_RUN, false */
  readonly dryRun?: boolean;
}

interface Registered {
  readonly name: string;
  readonly handler: AlertHandler;
  readonly options: OnAlertOptions;
  readonly firings: Firings;
}

/** The port may be opened by code that runs later. */
const PORT_WITHIN_MS = 10_000;

const registered = new Set<Registered>();
/** Read once. */
let config: OnAlertConfig | undefined;

/**
 * Run `handler` when an alert fires: remediation. Alertmanager posts to `/alerts` of the ops port with the token of
 * `SIGNALBOX_ON_ALERT_TOKEN` or `SIGNALBOX_ON_ALERT_TOKEN_FILE` (docs/alerts-from-code.md); anything without it gets 401.
 *
 * It runs once for a firing in a process, however many Alertmanagers send and repeat it, and in one process of a cluster. Each run is
 * a trace of its own, a log record `signalbox.alert.handled` and a measurement of `signalbox.alert.handler.duration`. What it throws is
 * recorded and goes nowhere else. At most ten run at once, the others wait.
 *
 * Does nothing where the ops port is not open, or there is no token: one line says so.
 *
 * @param name - the alert's `alertname`, exactly.
 * @param handler - gets the alert and `{ signal }`, which aborts when its time is over.
 * @returns what takes the handler away again. What runs goes on.
 * @throws {TypeError} when `name` is no text or `handler` no function.
 * @example onAlert('CacheErrors', async (alert, { signal }) => cache.reconnect({ signal }), { labels: { service: 'shop' } });
 */
export function onAlert(name: string, handler: AlertHandler, options?: OnAlertOptions): () => void {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`onAlert() must get the name of an alert, got ${attempt(() => JSON.stringify(name)) ?? typeof name}.`);
  if (typeof handler !== 'function') throw new TypeError(`onAlert(${JSON.stringify(name)}, …) must get a function, got ${typeof handler}.`);
  if (config === undefined) begin();
  const one: Registered = { name, handler, options: optionsOf(options), firings: createFirings() };
  registered.add(one);
  return () => void registered.delete(one);
}

function begin(): void {
  config = loadOnAlertConfig();
  const before = alertHandlers.take;
  // Another copy of this package may have handlers as well.
  alertHandlers.take = (alert) => [before?.(alert) === true, take(alert)].includes(true);
  sayWhatIsMissing(config);
}

function take(alert: ReceivedAlert): boolean {
  let isTaken = false;
  for (const each of registered) {
    try {
      if (each.name !== alert.name || !hasLabels(alert, each.options.labels)) continue;
      isTaken = true;
      const { on = 'firing' } = each.options;
      if (each.firings.isNew(alert) && (on === 'both' || on === alert.status)) run(each, alert);
    } catch (error) {
      contained('handling an alert', error);
    }
  }
  return isTaken;
}

function run({ handler, options }: Registered, alert: ReceivedAlert): void {
  const { isDryRun, timeoutMs } = config ?? loadOnAlertConfig();
  runHandler(handler, alert, { isDryRun: options.dryRun ?? isDryRun, timeoutMs: timeOf(options.timeoutMs) ?? timeoutMs });
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 2 ** 31 ? value : undefined;
}

function hasLabels({ labels }: ReceivedAlert, wanted: OnAlertOptions['labels']): boolean {
  return Object.entries(wanted ?? {}).every(([name, value]) => labels[name] === value);
}

function sayWhatIsMissing({ hasToken, logLevel }: OnAlertConfig): void {
  const reporter = createReporter({ level: logLevel });
  if (!isMainThread) {
    reporter.say(
      'alerts.thread',
      'onAlert() must be called in the main thread, which has the ops port, but was called in a worker thread. Its handlers never run. Call it there.',
    );
  } else if (!hasToken) {
    reporter.say(
      'alerts.no_token',
      'onAlert() was called, but neither SIGNALBOX_ON_ALERT_TOKEN nor SIGNALBOX_ON_ALERT_TOKEN_FILE is set. No alert is received. Set one of them, and Alertmanager to send it.',
    );
  } else {
    setTimeout(() => {
      if (telemetryState.opsUrl === undefined && !telemetryState.isOpsPortShared)
        reporter.say('alerts.no_port', 'onAlert() was called, but the ops port is not open. No alert is received. Set SIGNALBOX_OPS=true.');
    }, PORT_WITHIN_MS).unref();
  }
}
