/**
 * Takes encoded records of one signal, and brings them to the endpoint: batched, one request at a time, again after a
 * pause when the endpoint does not take them. Nothing is given up for age; only a full queue, a refusal and the end of
 * the process lose records, and each loss is counted by its reason.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#failures
 */
import type { BatchConfig, Signal } from '../config/config.ts';
import { countDropped, droppedTotal, type Account, type DropReason } from '../diagnostics/account.ts';
import { errorText } from '../diagnostics/error-text.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { monotonicMs } from '../runtime/clock.ts';
import { settlesWithin } from '../runtime/settles-within.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import { createQueue, toBatch, type Batch } from './queue.ts';
import { isTooLarge, type Encoder, type SendResult, type Transport } from '../otlp/types.ts';
import { clearTimeout, random, setImmediate, setTimeout } from '../runtime/captured.ts';

/** Below the 4 MiB that gRPC servers accept in one message by default. */
const MAX_REQUEST_BYTES = 3.5 * 1024 * 1024;
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 30_000;
/** Where nobody listens, asking costs nothing, and an answer is wanted soon after somebody does. */
const MAX_REFUSED_BACKOFF_MS = 5000;
/** A flush does not try again sooner than this after a failure. */
const SOONEST_RETRY_MS = 250;
/** Smaller requests are not split: no server finds them too large. */
const MIN_REQUEST_BYTES = 16 * 1024;
const SUCCESSES_TO_GROW = 10;
/** How a way that lets only small requests through shows itself, and how often before they are made smaller. */
const BROKEN_OFF: ReadonlySet<string> = new Set(['connection_reset', 'timeout']);
const MOST_BREAKS = 3;
/** A server may ask for a longer pause; more than an hour is taken for a mistake. */
const MAX_RETRY_AFTER_MS = 3_600_000;

export interface SenderOptions {
  readonly signal: Signal;
  readonly batch: BatchConfig;
  readonly queueMaxBytes: number;
  readonly requestTimeoutMs: number;
  readonly encoder: Encoder;
  /** Encoded when the first request is made, for some of it is found out late. */
  readonly resource: () => Uint8Array;
  /** The first request waits for it; never rejects, and does not take long. */
  readonly ready?: Promise<void> | undefined;
  readonly transport: Transport;
  readonly account: Account;
  readonly health: EndpointHealth;
  readonly reporter: Reporter;
  /** Called when records are lost for want of room, at most once for each time that the queue fills up. */
  readonly onQueueFull: (signal: Signal) => void;
}

/** A request as it leaves, and how many records it carries. */
export interface PendingRequest {
  readonly body: Uint8Array;
  readonly records: number;
  readonly batch: Batch;
}

export type Settlement =
  | { readonly kind: 'accepted'; readonly rejected: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'lost'; readonly reason: DropReason };

export interface Sender {
  /** Whether a request has left and not been answered. It does not keep the process alive: see `process/delivery.ts`. */
  readonly isSending: boolean;
  /**
   * Count a record as produced and keep it until it is acknowledged, or count why it was not kept.
   * @param weight - what it counts for: the data points of a metric. Default 1.
   */
  add(scope: Uint8Array, record: Uint8Array, weight?: number): void;
  /** Count a record that could not be encoded, and say why. */
  addFailed(error: unknown, weight?: number): void;
  /**
   * Send what waits at the time of the call. Resolves when that is settled, when nothing can be sent now, or after
   * `deadlineMs`; with `hold` (the default) the process stays alive until then.
   *
   * @param options.thenStop - send nothing more afterwards: `takePending` follows.
   */
  flush(deadlineMs: number, options?: { readonly hold?: boolean; readonly thenStop?: boolean }): Promise<void>;
  /**
   * Everything that is not acknowledged, the request under way included, as requests for the blocking flush at exit;
   * `settle` must follow.
   */
  takePending(): PendingRequest[];
  /** Count what became of a pending request. One that was too large waits again, in halves, unless it is a single record. */
  settle(request: PendingRequest, outcome: Settlement): void;
  close(): void;
}

export function createSender(options: SenderOptions): Sender {
  const { account, batch, health, reporter, signal, transport } = options;
  const queue = createQueue({ maxBytes: options.queueMaxBytes, maxRecords: batch.maxQueueSize });
  const timeoutMs = Math.min(options.requestTimeoutMs, batch.exportTimeoutMs);
  const maxBatchSize = Math.min(batch.maxExportBatchSize, batch.maxQueueSize);

  let { ready } = options;
  let resource: Uint8Array | undefined;
  let underWay: PendingRequest | undefined;
  let sentAt = 0;
  /** The next look at the queue, or the end of a pause. */
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  /** Set while nothing is sent after a failure; `asked` when the server named the time. */
  let pause: { readonly asked: boolean } | undefined;
  let failures = 0;
  /** How often in a row a request was broken off or timed out. */
  let breaks = 0;
  /** Smaller once the server, or the way to it, has found a request too large; grows back slowly. */
  let maxRequestBytes = MAX_REQUEST_BYTES;
  let successes = 0;
  let wasCut = false;
  let wasFull = false;
  /** Halves of a batch that was too large. */
  const split: Batch[] = [];
  const idle = new Set<() => void>();
  /** From so many settled records on nothing more is sent: what is left is for the end of the process. */
  let stopAt = Infinity;
  let closed = false;

  const settled = (): number => account.acknowledged + droppedTotal(account);
  // Asked for each record: nothing is summed up while nothing is to stop.
  const isStopped = (): boolean => closed || (stopAt !== Infinity && settled() >= stopAt);
  const hasWork = (): boolean => underWay !== undefined || split.length > 0 || queue.records > 0;

  function takeNext(): Batch | undefined {
    const next = split.shift() ?? queue.take(maxBatchSize, maxRequestBytes);
    wasCut = next?.isCut ?? false;
    return next;
  }

  function after(delayMs: number, then: () => void): void {
    if (timer !== undefined) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      then();
    }, delayMs);
    timer.unref();
  }

  function cancelTimer(): void {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    pause = undefined;
  }

  async function pump(): Promise<void> {
    if (underWay !== undefined || isStopped()) return;
    cancelTimer();
    if (ready !== undefined) {
      await ready;
      ready = undefined;
      if (underWay !== undefined || isStopped()) return;
    }
    const next = takeNext();
    if (next === undefined) return;
    wasFull = false;
    underWay = requestOf(next);
    await sendUnderWay();
  }

  function requestOf(next: Batch): PendingRequest {
    resource ??= options.resource();
    return { batch: next, records: next.weight, body: options.encoder.assemble(signal, resource, next.groups) };
  }

  async function sendUnderWay(): Promise<void> {
    const request = underWay;
    if (request === undefined || isStopped()) return;
    cancelTimer();
    sentAt = monotonicMs();
    const answer = transport.send(request.body, timeoutMs);
    transport.unref();
    const result = await answer;
    if (underWay !== request || closed) return; // taken for the flush at exit meanwhile, or given up
    if (result.kind === 'retry') retryLater(request, result);
    else take(request, result);
  }

  function retryLater(request: PendingRequest, { reason, message, retryAfterMs }: Extract<SendResult, { kind: 'retry' }>): void {
    failures++;
    health.failed(signal, reason, message);
    breaks = BROKEN_OFF.has(reason) ? breaks + 1 : 0;
    let again = (): void => void sendUnderWay();
    if (breaks >= MOST_BREAKS && canSplit(request)) {
      // Perhaps only so much comes through: what always breaks off must not stand before all the others for ever.
      underWay = undefined;
      splitUp(request);
      failures = 1;
      again = () => void pump();
    }
    pauseThen(again, reason, retryAfterMs);
    wakeIdle();
  }

  function pauseThen(then: () => void, reason: string, retryAfterMs?: number): void {
    if (closed) return;
    after(backoffMs(failures, reason, retryAfterMs), then);
    pause = { asked: retryAfterMs !== undefined };
  }

  function take(request: PendingRequest, result: Exclude<SendResult, { kind: 'retry' }>): void {
    underWay = undefined;
    if (result.kind === 'accepted') {
      failures = 0;
      breaks = 0;
      if (maxRequestBytes < MAX_REQUEST_BYTES && ++successes % SUCCESSES_TO_GROW === 0)
        maxRequestBytes = Math.min(MAX_REQUEST_BYTES, maxRequestBytes * 2);
      settleAccepted(account, request.records, result.rejected);
      if (result.rejected > 0) {
        health.lost(
          signal,
          'partial_success',
          `The collector rejected ${result.rejected} of ${request.records} ${recordsOf(signal, request.records)}: "${result.message ?? ''}". They are lost; the others arrived.`,
        );
      } else {
        health.worked(signal);
      }
      continueSending();
    } else if (isTooLarge(result) && canSplit(request)) {
      splitUp(request);
      continueSending();
    } else {
      // What waits may meet the same, and is not thrown after it: it goes batch by batch, until one is accepted.
      const reason = isTooLarge(result) ? 'too_large' : 'refused';
      countDropped(account, reason, request.records);
      failures++;
      health.lost(signal, reason === 'too_large' ? reason : result.reason, result.message);
      pauseThen(() => void pump(), result.reason);
      wakeIdle();
    }
  }

  function splitUp({ batch, body }: PendingRequest): void {
    maxRequestBytes = Math.max(MIN_REQUEST_BYTES, Math.min(maxRequestBytes, body.length / 2));
    split.unshift(...halves(batch));
  }

  function continueSending(): void {
    if (isStopped()) return wakeIdle();
    if (split.length > 0 || queue.records >= maxBatchSize || (queue.records > 0 && (wasCut || idle.size > 0))) void pump();
    else if (queue.records > 0) after(batch.scheduleDelayMs, () => void pump());
    wakeIdle();
  }

  function wakeIdle(): void {
    for (const wake of idle) wake();
    idle.clear();
  }

  return {
    get isSending() {
      return underWay !== undefined && pause === undefined;
    },

    add(scope, record, weight = 1) {
      account.produced += weight;
      if (closed) return countDropped(account, 'after_shutdown', weight);
      if (record.length > MAX_REQUEST_BYTES) {
        countDropped(account, 'too_large', weight);
        reporter.say(
          `too-large.${signal}`,
          `A ${recordOf(signal)} must encode to at most ${MAX_REQUEST_BYTES} bytes, but one has ${record.length}. It is lost, and no other. Put less into it.`,
        );
        return;
      }
      if (!queue.add(scope, record, weight)) {
        countDropped(account, 'queue_full', weight);
        if (!wasFull) options.onQueueFull(signal);
        wasFull = true;
        return;
      }
      if (underWay !== undefined || pause !== undefined || isStopped()) return;
      if (queue.records < maxBatchSize) {
        if (timer === undefined) after(batch.scheduleDelayMs, () => void pump());
      } else if (immediate === undefined) {
        // Not at once: what ends within the same turn of the loop leaves together, and a `process.exit()` in it
        // finds everything still in the queue.
        immediate = setImmediate(() => {
          immediate = undefined;
          void pump();
        });
        immediate.unref();
      }
    },

    addFailed(error, weight = 1) {
      account.produced += weight;
      countDropped(account, 'encode_error', weight);
      sayNotEncoded(reporter, signal, error);
    },

    async flush(deadlineMs, { hold = true, thenStop = false } = {}) {
      const endsAt = monotonicMs() + deadlineMs;
      const wanted = account.produced;
      if (thenStop) stopAt = wanted;
      while (!isStopped() && settled() < wanted && hasWork()) {
        const leftMs = endsAt - monotonicMs();
        if (leftMs <= 0) break;
        if (pause !== undefined) {
          // A pause that the server asked for is kept. Our own is cut short, but not by every call.
          if (pause.asked) break;
          const soonestMs = sentAt + SOONEST_RETRY_MS - monotonicMs();
          if (underWay === undefined) after(Math.max(0, soonestMs), () => void pump());
          else if (soonestMs > 0) break;
          else void sendUnderWay();
        } else if (underWay === undefined) {
          void pump();
        }
        const failuresBefore = failures;
        await settlesWithin(new Promise<void>((resolve) => idle.add(resolve)), leftMs, hold);
        if (failures > failuresBefore && underWay !== undefined) break;
      }
      if (thenStop) stopAt = 0;
    },

    takePending() {
      cancelTimer();
      const pending: PendingRequest[] = [];
      if (underWay !== undefined) pending.push(underWay);
      underWay = undefined;
      for (let next = takeNext(); next !== undefined; next = takeNext()) pending.push(requestOf(next));
      stopAt = Infinity;
      return pending;
    },

    settle(request, outcome) {
      if (outcome.kind === 'accepted') settleAccepted(account, request.records, outcome.rejected);
      else if (outcome.kind === 'lost') countDropped(account, outcome.reason, request.records);
      else if (canSplit(request)) splitUp(request);
      else countDropped(account, 'too_large', request.records);
    },

    close() {
      closed = true;
      if (underWay !== undefined && pause === undefined) {
        const { records } = underWay;
        health.lost(
          signal,
          'closed',
          `The collector must answer before shutdown() gives up, but a request with ${records} ${recordsOf(signal, records)} had no answer. They are lost. Is it overloaded? SIGNALBOX_SHUTDOWN_TIMEOUT names the time that it has.`,
        );
      }
      cancelTimer();
      wakeIdle();
      transport.close();
    },
  };
}

function canSplit({ batch, body }: PendingRequest): boolean {
  return batch.entries.length > 1 && body.length > MIN_REQUEST_BYTES;
}

function settleAccepted(account: Account, records: number, rejected: number): void {
  const lost = Math.min(records, rejected);
  account.acknowledged += records - lost;
  countDropped(account, 'rejected', lost);
}

/**
 * Full jitter between half and the whole of an exponentially growing pause, so that a fleet does not return in step. A
 * server may ask for more time, not for less.
 */
function backoffMs(failures: number, reason: string, retryAfterMs = 0): number {
  const limit = reason === 'connection_refused' ? MAX_REFUSED_BACKOFF_MS : MAX_BACKOFF_MS;
  const most = Math.min(limit, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10));
  return Math.max(most / 2 + (random() * most) / 2, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
}

function halves({ entries }: Batch): Batch[] {
  const middle = entries.length >> 1;
  return [toBatch(entries.slice(0, middle)), toBatch(entries.slice(middle))];
}

const RECORDS = {
  traces: ['span', 'spans'],
  logs: ['log record', 'log records'],
  metrics: ['metric data point', 'metric data points'],
} as const;

/** What the records of a signal are called, for a message about `count` of them. */
export function recordsOf(signal: Signal, count = 0): string {
  return RECORDS[signal][count === 1 ? 0 : 1];
}

/** What is encoded as one: a metric with all of its points. */
function recordOf(signal: Signal): string {
  return signal === 'metrics' ? 'metric' : recordsOf(signal, 1);
}

export function sayNotEncoded(reporter: Reporter, signal: Signal, error: unknown): void {
  reporter.say(
    `encode-error.${signal}`,
    `A ${recordOf(signal)} must be encodable, but one was not: ${errorText(error)}. It is lost, and no other. Correct what the application puts into it.`,
  );
}
