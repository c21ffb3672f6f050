/**
 * Brings what is queued to the collector when somebody asks for it, and when the process ends: all of it within one limit.
 * What is not delivered by then is counted as lost, and said.
 */
import { countDropped, inFlight } from '../diagnostics/account.ts';
import { errorText } from '../diagnostics/error-text.ts';
import type { PendingRequest } from '../export/sender.ts';
import { monotonicMs } from '../runtime/clock.ts';
import { contain } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';
import type { DeliveryOptions, Outlet } from './delivery-options.ts';
import { createEndLimit, type EndLimit } from './end-limit.ts';
import { lossText } from './said-loss.ts';

/** Of the time that is left when a signal ends the process: the rest is for the flush that blocks. */
const ASYNC_SHARE = 0.6;
/** Of the time of a flush: the rest is for sending. */
const COLLECTING_SHARE = 0.5;
/** Of the limit: what processors of the application may take of it when the process ends. The rest is for what waits here. */
const PROCESSORS_SHARE = 0.4;

export interface Delivery {
  /** Export what was recorded so far, within the limit; the process is held meanwhile. Never rejects. */
  flush(): Promise<void>;
  /** The same, then nothing more is exported. A second call waits for the first. Never rejects. */
  shutdown(): Promise<void>;
  /** The process will end by itself: what holds it until answers under way are there and processors are done; `undefined` for nothing. */
  awaitAnswers(): Promise<void> | undefined;
  /** A signal ends the process when this settles. */
  flushBeforeSignal(): Promise<void>;
  /** A signal that the application handles. */
  flushMeanwhile(): void;
  /** The process goes on after all. */
  callOff(): void;
  /** The process ends: what is left of its time limit, which runs from here. */
  leftMs(): number;
  /** Deliver what is left while the process stands still, then say what was lost. May be called twice. */
  finish(): void;
}

/** All that changes about a delivery. */
interface DeliveryState {
  /**
   * - `delivering`: records are queued and sent.
   * - `collected`: the process ends, and metrics were collected for the last time; what is recorded later is collected again.
   * - `shut-down`: nothing is exported any more. Final.
   */
  stage: 'delivering' | 'collected' | 'shut-down';
  /** What was recorded when metrics were last collected. */
  collectedAt: number;
  /** The last collection that was asked for. */
  collection: Promise<void> | undefined;
  shuttingDown: Promise<void> | undefined;
  /** The losses that were said last. */
  lossSaid: string;
}

interface Delivering extends DeliveryOptions {
  readonly limit: EndLimit;
  readonly state: DeliveryState;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const state: DeliveryState = { stage: 'delivering', collectedAt: -1, collection: undefined, shuttingDown: undefined, lossSaid: '' };
  const delivering: Delivering = { ...options, limit: createEndLimit(options.limitMs), state };
  const { limit, limitMs } = delivering;
  return {
    flush: () => flushOnRequest(delivering),
    shutdown: () => (state.shuttingDown ??= shutdown(delivering)),
    awaitAnswers: () => awaitAnswers(delivering),
    async flushBeforeSignal() {
      const leftMs = limit.leftMs();
      const processed = delivering.processors?.()?.flushRest(Math.min(leftMs, limitMs * PROCESSORS_SHARE));
      // Not all of the time: what is recorded meanwhile, or was not accepted, is for the flush that blocks.
      await Promise.all([state.shuttingDown ?? flush(delivering, leftMs * ASYNC_SHARE, { thenStop: true }), processed]);
      enter(state, 'collected');
    },
    flushMeanwhile() {
      void delivering.processors?.()?.flushRest(limitMs * PROCESSORS_SHARE);
      void flush(delivering, limitMs, { hold: false });
    },
    callOff() {
      limit.callOff();
      enter(state, 'delivering');
    },
    leftMs: () => limit.leftMs(),
    finish: () => finish(delivering),
  };
}

function enter(state: DeliveryState, stage: DeliveryState['stage']): void {
  if (state.stage !== 'shut-down') state.stage = stage;
}

/** @param options.hold - keep the process alive meanwhile. @param options.thenStop - the process ends afterwards. */
async function flush(delivering: Delivering, limitMs: number, { hold = true, thenStop = false } = {}): Promise<void> {
  if (delivering.state.stage === 'shut-down') return;
  const endsAt = monotonicMs() + limitMs;
  delivering.beforeFlush?.();
  const collected = collect(delivering, limitMs * COLLECTING_SHARE, hold, thenStop);
  await Promise.all(
    delivering.outlets.map(async ({ signal, sender }) => {
      // A callback that takes its time holds back no span.
      if (signal === 'metrics') await collected;
      await sender.flush(Math.max(0, endsAt - monotonicMs()), { hold, thenStop });
    }),
  );
  await collected;
}

async function flushOnRequest(delivering: Delivering): Promise<void> {
  // What their own flush takes says nothing about our endpoint, and leaves what it has at the end to us.
  await Promise.all([delivering.processors?.()?.flush(delivering.limitMs), flushWithinLimit(delivering)]);
}

async function flushWithinLimit(delivering: Delivering): Promise<void> {
  const { limit } = delivering;
  const leftMs = limit.flushLeftMs();
  if (leftMs === 0) return;
  const flushed = limit.flushing();
  try {
    await flush(delivering, leftMs);
  } finally {
    flushed();
  }
}

async function collect(delivering: Delivering, limitMs: number, hold: boolean, isLast: boolean): Promise<void> {
  const { metrics, state } = delivering;
  // Flushes in a row are not each to make something new to send.
  if (isLast || metrics?.hasObservers === true || state.collectedAt !== recordedSoFar(delivering)) {
    state.collectedAt = recordedSoFar(delivering);
    state.collection = metrics?.collect({ limitMs, hold });
  }
  await state.collection;
}

/** What the application recorded so far. Metric data points do not count: each collection makes some. */
function recordedSoFar({ outlets, metrics }: Delivering): number {
  return outlets.reduce(
    (sum, { signal, account }) => (signal === 'metrics' ? sum : sum + account.produced),
    metrics === undefined ? 0 : metrics.recorded,
  );
}

function awaitAnswers({ outlets, limit, limitMs, processors, state }: Delivering): Promise<void> | undefined {
  if (state.stage === 'shut-down') return undefined;
  const processed = processors?.()?.flushRest(limit.holdLeftMs(limitMs * PROCESSORS_SHARE));
  const holdMs = limit.holdLeftMs();
  const sending = holdMs === 0 ? [] : outlets.filter(({ sender }) => sender.isSending);
  if (processed === undefined && sending.length === 0) return undefined;
  limit.hold();
  return Promise.all([processed, ...sending.map(({ sender }) => sender.flush(holdMs))]).then(limit.release, limit.release);
}

async function shutdown(delivering: Delivering): Promise<void> {
  const { limit, metrics, outlets, state } = delivering;
  // A process that ends meanwhile has what is left of this time.
  const leftMs = limit.leftMs();
  metrics?.stop();
  await Promise.all([flush(delivering, leftMs), delivering.processors?.()?.shutdown(leftMs)]);
  state.stage = 'shut-down';
  for (const { sender, account } of outlets) {
    sender.close();
    countDropped(account, 'exit_deadline', inFlight(account));
  }
  sayLoss(delivering);
}

function finish(delivering: Delivering): void {
  const { limit, metrics, state } = delivering;
  if (state.stage !== 'shut-down') {
    // What collects and encodes counts as well.
    limit.begin();
    contain('flushing processors for the last time', () => delivering.processors?.()?.flushNow());
    delivering.beforeFlush?.();
    const hasNews = state.stage !== 'collected' || state.collectedAt !== recordedSoFar(delivering);
    if (hasNews && isWorthCollecting(delivering)) contain('collecting metrics for the last time', () => metrics?.collectNow());
    state.stage = 'collected';
    state.collectedAt = recordedSoFar(delivering);
    // What is found too large comes back in halves.
    while (deliverWhileBlocked(delivering)) continue;
  }
  sayLoss(delivering);
}

/** Runtime metrics are not worth it where the process was only there to start others. */
function isWorthCollecting({ outlets, metrics, mayBeLauncher }: Delivering): boolean {
  const hasRecorded = metrics !== undefined && (metrics.recorded > 0 || metrics.hasObservers);
  return hasRecorded || outlets.some(({ account }) => account.produced > 0) || !mayBeLauncher();
}

export interface PendingOutlet extends Outlet {
  readonly requests: readonly PendingRequest[];
}

/** Returns whether some of it must be sent again. */
function deliverWhileBlocked({ outlets, limit, reporter, userAgent }: Delivering): boolean {
  const pending: PendingOutlet[] = outlets
    .map((outlet) => ({ ...outlet, requests: outlet.sender.takePending() }))
    .filter(({ requests }) => requests.length > 0);
  if (pending.length === 0) return false;
  try {
    const { deliverBlocking } = loadPart<typeof import('./deliver-blocking.ts')>(import.meta.url, './deliver-blocking');
    const { again, error } = deliverBlocking(pending, limit.leftMs(), userAgent);
    if (error !== undefined) reporter.say('exit.blocked', blockedText(error));
    return again;
  } catch (error) {
    // The files of signalbox are gone, or may not be read any more.
    reporter.say('exit.blocked', blockedText(error));
    for (const { sender, requests } of pending)
      for (const request of requests) sender.settle(request, { kind: 'lost', reason: 'exit_deadline' });
    return false;
  }
}

/** @param error - a `NoWorkerError`, or what Node.js throws. */
export function blockedText(error: unknown): string {
  const { cure = 'Allow it (--allow-worker), or await shutdown() before the process ends.' } = error as { cure?: string };
  return `The last export needs a worker thread, but none could be started: ${errorText(error)}. What waits is lost. ${cure}`;
}

function sayLoss({ outlets, reporter, state }: Delivering): void {
  const text = lossText(outlets.map(({ account }) => account));
  if (text === '' || text === state.lossSaid) return;
  state.lossSaid = text;
  reporter.forget('exit.lost');
  reporter.say(
    'exit.lost',
    `Lost at exit: ${text}. A line before this one says what the endpoint answered, if it did; SIGNALBOX_SHUTDOWN_TIMEOUT is the time that the end has.`,
  );
}
