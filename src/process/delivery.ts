/**
 * Brings what is queued to the collector when somebody asks for it, and when the process ends: all of it within one limit.
 * What is not delivered by then is counted as lost, and said.
 */
import type { OtlpConfig, Signal } from '../config/config.ts';
import { countDropped, droppedTotal, inFlight, type Account } from '../diagnostics/account.ts';
import { errorText } from '../diagnostics/error-text.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { recordsOf, type PendingRequest, type Sender } from '../export/sender.ts';
import { monotonicMs } from '../runtime/clock.ts';
import { contain } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';
import { createEndLimit, type EndLimit } from './end-limit.ts';

/** Of the time that is left when a signal ends the process: the rest is for the flush that blocks. */
const ASYNC_SHARE = 0.6;
/** Of the time of a flush: the rest is for sending. */
const COLLECTING_SHARE = 0.5;

/** Where the records of one signal wait. */
export interface Outlet {
  readonly signal: Signal;
  readonly otlp: OtlpConfig;
  readonly account: Account;
  readonly sender: Sender;
  /** Hears of failures at the end; `undefined` where there is no endpoint. */
  readonly health: { failed(signal: Signal, reason: string, message: string): void } | undefined;
}

/** Metrics: what is to be collected before it can be sent. */
export interface Collectable {
  /** How many values were recorded so far, other than observed ones. */
  readonly recorded: number;
  /** Whether there are callbacks: what they will say is not known before they are asked. */
  readonly hasObservers: boolean;
  collect(options: { readonly limitMs: number; readonly hold: boolean }): Promise<void>;
  /** At once: a callback that answers by a promise is not waited for. */
  collectNow(): void;
  stop(): void;
}

export interface DeliveryOptions {
  readonly outlets: readonly Outlet[];
  readonly metrics: Collectable | undefined;
  readonly reporter: Reporter;
  readonly userAgent: string;
  /** Most that is added to the end of the process, everything together. */
  readonly limitMs: number;
  /** Whether this process can have been there to start others: without records of its own it then exports nothing at its end. */
  readonly mayBeLauncher: () => boolean;
  /** Takes in what worker threads have recorded until now. */
  readonly beforeFlush?: (() => void) | undefined;
}

export interface Delivery {
  /** Export what was recorded so far, within the limit; the process is held meanwhile. Never rejects. */
  flush(): Promise<void>;
  /** The same, then nothing more is exported. A second call waits for the first. Never rejects. */
  shutdown(): Promise<void>;
  /** The process will end by itself: what holds it until answers to requests under way are there; `undefined` for nothing. */
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
      // Not all of the time: what is recorded meanwhile, or was not accepted, is for the flush that blocks.
      await (state.shuttingDown ?? flush(delivering, limit.leftMs() * ASYNC_SHARE, { thenStop: true }));
      enter(state, 'collected');
    },
    flushMeanwhile: () => void flush(delivering, limitMs, { hold: false }),
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

function awaitAnswers({ outlets, limit, state }: Delivering): Promise<void> | undefined {
  const holdMs = limit.holdLeftMs();
  const sending = outlets.filter(({ sender }) => sender.isSending);
  if (state.stage === 'shut-down' || holdMs === 0 || sending.length === 0) return undefined;
  limit.hold();
  return Promise.all(sending.map(({ sender }) => sender.flush(holdMs))).then(limit.release, limit.release);
}

async function shutdown(delivering: Delivering): Promise<void> {
  const { limit, metrics, outlets, state } = delivering;
  // A process that ends meanwhile has what is left of this time.
  const leftMs = limit.leftMs();
  metrics?.stop();
  await flush(delivering, leftMs);
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
  const text = outlets.flatMap(({ account }) => lossOf(account) ?? []).join(', ');
  if (text === '' || text === state.lossSaid) return;
  state.lossSaid = text;
  reporter.forget('exit.lost');
  reporter.say(
    'exit.lost',
    `Lost at exit: ${text}. A line before this one says what the endpoint answered, if it did; SIGNALBOX_SHUTDOWN_TIMEOUT is the time that the end has.`,
  );
}

/** `1500 spans (exit deadline)`, `1500 spans (1000 refused, 500 queue full)`, or `undefined` when nothing was lost. */
function lossOf(account: Account): string | undefined {
  const lost = droppedTotal(account);
  if (lost === 0) return undefined;
  const to = account.exporter === 'otlp' ? '' : ` for ${account.exporter}`;
  const reasons = Array.from(account.dropped, ([reason, records]) => {
    const text = reason.replaceAll('_', ' ');
    return account.dropped.size === 1 ? text : `${records} ${text}`;
  });
  return `${lost} ${recordsOf(account.signal, lost)}${to} (${reasons.join(', ')})`;
}
