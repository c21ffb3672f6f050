/** What is known of Sentry in this process, whichever copy of this package is asked; nothing of it loads `@sentry/node`. */
import type { Context } from '@opentelemetry/api';
import { asksForSentry, readEnvironment } from '../../config/early.ts';
import { contain } from '../../runtime/contain.ts';
import { setImmediate } from '../../runtime/captured.ts';
import { errorDelivery } from '../../runtime/error-delivery.ts';
import { loadPart } from '../../runtime/load-part.ts';
import { api } from '../../runtime/otel.ts';
import type { SentryOptions } from './options.ts';
import { countDropped } from './count-dropped.ts';
import { createGate, type Gate } from './gate.ts';
import { readSentrySettings, type SentrySettings } from './settings.ts';
import type { RunningSentry } from './start-client.ts';
import { createTransientCheck } from './transient-errors.ts';

interface Held {
  readonly work: (sentry: RunningSentry) => void;
  readonly context: Context;
}

interface SentryState {
  /** By `setupSentry()`. */
  options: SentryOptions | undefined;
  /** Read when something is to be sent. */
  policy: { readonly settings: SentrySettings; readonly gate: Gate } | undefined;
  /** `undefined` before it is loaded. */
  running: RunningSentry | undefined;
  /** It cannot run: that was said. */
  hasFailed: boolean;
  /** For when it is loaded. */
  held: Held[];
  isPlanned: boolean;
}

const SLOT = Symbol.for('signalbox.sentry');
/** So many wait until Sentry is loaded. */
const MOST_HELD = 1000;

export const sentryState: SentryState = ((globalThis as { [SLOT]?: SentryState })[SLOT] ??= {
  options: undefined,
  policy: undefined,
  running: undefined,
  hasFailed: false,
  held: [],
  isPlanned: false,
});

let isAskedFor: boolean | undefined;

/** Whether errors are sent: telemetry runs, and there is a DSN. */
export function isWanted(): boolean {
  // In a worker thread telemetry starts when the API is first asked for something.
  if (errorDelivery.open === undefined) api.trace.getTracerProvider();
  if (errorDelivery.open === undefined || sentryState.hasFailed) return false;
  return sentryState.options !== undefined || (isAskedFor ??= asksForSentry(readEnvironment()));
}

export function sentryPolicy(): NonNullable<SentryState['policy']> {
  if (sentryState.policy === undefined) {
    const settings = readSentrySettings(sentryState.options ?? {});
    sentryState.policy = { settings, gate: createGate(createTransientCheck(settings.ignore), settings.maxPerMinute) };
  }
  return sentryState.policy;
}

/** Do `work` in the active context: now, or when Sentry is loaded, which is not in the middle of a request. */
export function withSentry(work: Held['work']): void {
  const { running, held } = sentryState;
  if (running !== undefined) return void contain('reporting to Sentry', () => work(running));
  if (held.length < MOST_HELD) held.push({ work, context: api.context.active() });
  else countDropped('queue_full');
  planStart();
}

export function planStart(): void {
  errorDelivery.gather = gather;
  if (sentryState.isPlanned) return;
  sentryState.isPlanned = true;
  setImmediate(() => contain('starting Sentry', startSentry)).unref();
}

/** Load it, unless it runs, and pass on what waits for it. */
export function startSentry(): void {
  if (!isWanted()) return;
  errorDelivery.gather = gather;
  if (sentryState.running === undefined) {
    const { startClient } = loadPart<typeof import('./start-client.ts')>(import.meta.url, './start-client');
    sentryState.running = startClient(sentryPolicy().settings);
  }
  const { running } = sentryState;
  sentryState.hasFailed = running === undefined;
  const held = sentryState.held.splice(0);
  if (running === undefined) return countDropped('not_started', held.length);
  for (const { work, context } of held) contain('reporting to Sentry', () => api.context.with(context, () => work(running)));
}

/** Before everything is sent: what waits is passed on, also what Sentry itself keeps back. */
function gather(): void {
  if (sentryState.held.length > 0) startSentry();
  sentryState.running?.gather();
}
