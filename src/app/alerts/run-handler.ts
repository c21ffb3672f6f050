/** Runs handlers of alerts: some at once, each within its time, each a trace, a log record and a measurement. */
import { ALERT_FINGERPRINT, ALERT_IS_DRY_RUN, ALERT_LABELS, ALERT_NAME, ALERT_STATUS, ERROR_TYPE } from '../../names/attributes.ts';
import { ALERT_METRICS } from '../../names/metrics/alerts.ts';
import { clearTimeout, monotonicNanos, setTimeout } from '../../runtime/captured.ts';
import { contain, contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { errorType } from '../metrics/error-type.ts';
import { recorderOf } from '../metrics/pack-instruments.ts';
import { withSpan } from '../tracing/with-span.ts';
import type { ReceivedAlert } from '../../runtime/alert-handlers.ts';

/** What it returns is waited for. */
export type AlertHandler = (alert: ReceivedAlert, run: { readonly signal: AbortSignal }) => unknown;

export interface RunOptions {
  readonly isDryRun: boolean;
  readonly timeoutMs: number;
}

/** A storm of alerts must not become one of remediations. */
const MOST_AT_ONCE = 10;
const MOST_WAITING = 1000;
const INFO = { severityNumber: 9, severityText: 'INFO' } as const;
const ERROR = { severityNumber: 17, severityText: 'ERROR' } as const;
const EVENT = 'signalbox.alert.handled';

const duration = recorderOf(ALERT_METRICS.handlerDuration);
const waiting: (() => Promise<void>)[] = [];
let running = 0;

class HandlerTimeoutError extends Error {
  override name = 'TimeoutError';
}
class NoRoomError extends Error {
  override name = 'NoRoomError';
}

/** Never throws: what the handler throws is recorded, and nobody else's. */
export function runHandler(handler: AlertHandler, alert: ReceivedAlert, options: RunOptions): void {
  if (waiting.length >= MOST_WAITING)
    return record(alert, options, 0, new NoRoomError(`${MOST_WAITING} runs of handlers are waiting already`));
  waiting.push(() => trace(handler, alert, options));
  startNext();
}

function startNext(): void {
  while (running < MOST_AT_ONCE && waiting.length > 0) {
    const next = waiting.shift() as () => Promise<void>;
    running++;
    next()
      .catch((error: unknown) => contained('handling an alert', error))
      .finally(() => {
        running--;
        startNext();
      });
  }
}

async function trace(handler: AlertHandler, alert: ReceivedAlert, options: RunOptions): Promise<void> {
  const begin = monotonicNanos();
  const attributes = {
    ...factsOf(alert, options),
    [ALERT_LABELS]: Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`),
  };
  await withSpan(`handle ${alert.name}`, { root: true, attributes }, async () => {
    let failure: { readonly error: unknown } | undefined;
    try {
      if (!options.isDryRun) await withinTime(handler, alert, options.timeoutMs);
    } catch (error) {
      failure = { error };
      throw error;
    } finally {
      record(alert, options, Number(monotonicNanos() - begin) / 1e9, failure?.error, failure !== undefined);
    }
  }).catch(() => {
    // Recorded on the span, in the record and in the measurement.
  });
}

async function withinTime(handler: AlertHandler, alert: ReceivedAlert, timeoutMs: number): Promise<void> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new HandlerTimeoutError(`The handler took longer than ${timeoutMs} ms`);
      reject(error);
      contain('aborting the handler of an alert', () => controller.abort(error));
    }, timeoutMs).unref();
  });
  try {
    await Promise.race([handler(alert, { signal: controller.signal }), late]);
  } finally {
    clearTimeout(timer);
  }
}

function factsOf({ fingerprint, name, status }: ReceivedAlert, { isDryRun }: RunOptions): Record<string, string | boolean> {
  return { [ALERT_NAME]: name, [ALERT_STATUS]: status, [ALERT_FINGERPRINT]: fingerprint, ...(isDryRun && { [ALERT_IS_DRY_RUN]: true }) };
}

function record(alert: ReceivedAlert, options: RunOptions, seconds: number, error: unknown, hasFailed = error !== undefined): void {
  contain('recording the run of an alert handler', () => {
    const failed = hasFailed ? { [ERROR_TYPE]: errorType(error) } : {};
    if (!options.isDryRun) duration.record(seconds, { [ALERT_NAME]: alert.name, ...failed });
    api.logs.getLogger('signalbox', version).emit({
      eventName: EVENT,
      ...(hasFailed ? ERROR : INFO),
      body: describe(alert, options, seconds, hasFailed),
      attributes: { ...factsOf(alert, options), ...failed },
      ...(hasFailed && { exception: error }),
    });
  });
}

function describe({ name, status }: ReceivedAlert, { isDryRun }: RunOptions, seconds: number, hasFailed: boolean): string {
  const what = `The handler of ${name} (${status})`;
  if (isDryRun) return `${what} would have run (SIGNALBOX_ON_ALERT_DRY_RUN)`;
  return hasFailed ? `${what} has failed after ${seconds.toFixed(3)} s` : `${what} has run in ${seconds.toFixed(3)} s`;
}
