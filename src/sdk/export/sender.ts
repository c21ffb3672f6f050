/**
 * Takes encoded records of one signal, and brings them to the endpoint: batched, one request at a time, again after a
 * pause when the endpoint does not take them. Nothing is given up for age; only a full queue, a refusal and the end of
 * the process lose records, and each loss is counted by its reason.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#failures
 */
import type { BatchConfig, Signal } from '../../config/config.ts';
import { countDropped, type Account, type DropReason } from '../../diagnostics/account.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import { createQueue, toBatch, type Batch } from './queue.ts';
import { isTooLarge, type Encoder, type SendResult, type Transport } from './types.ts';

/** Below the 4 MiB that gRPC servers accept in one message by default. */
const MAX_REQUEST_BYTES = 3.5 * 1024 * 1024;
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 30_000;
/** A server may ask for a longer pause; more than an hour is taken for a mistake. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** A request under way keeps a process that has nothing else to do alive for so long, so that its answer is not lost. */
const KEEP_ALIVE_MS = 1000;

// Captured: applications and test runners replace the globals.
const { setTimeout, clearTimeout, setImmediate } = globalThis;
const random = Math.random;
const monotonicMs = performance.now.bind(performance);

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
  readonly queuedRecords: number;
  /** How long the request under way has kept the process from ending, at most; 0 without one. */
  readonly heldMs: number;
  /**
   * Count a record as produced and keep it until it is acknowledged, or count why it was not kept.
   * @param weight - what it counts for: the data points of a metric. Default 1.
   */
  add(scope: Uint8Array, record: Uint8Array, weight?: number): void;
  /** Count a record that could not be encoded. */
  addFailed(weight?: number): void;
  /** Send all that waits. Resolves when the queue is empty, when nothing more can be sent now, or after `deadlineMs`. */
  flush(deadlineMs: number): Promise<void>;
  /**
   * Everything that is not acknowledged, the request under way included, as requests for the blocking flush at exit.
   * The sender sends nothing itself from then on; `settle` must follow.
   */
  takePending(): PendingRequest[];
  /** Count what became of a pending request. One that was too large waits again, in halves, unless it is a single record. */
  settle(request: PendingRequest, outcome: Settlement): void;
  close(): void;
}

export function createSender(options: SenderOptions): Sender {
  const { account, batch, health, signal, transport } = options;
  const queue = createQueue({ maxBytes: options.queueMaxBytes, maxRecords: batch.maxQueueSize });
  const timeoutMs = Math.min(options.requestTimeoutMs, batch.exportTimeoutMs);
  const maxBatchSize = Math.min(batch.maxExportBatchSize, batch.maxQueueSize);

  let { ready } = options;
  let resource: Uint8Array | undefined;
  let underWay: PendingRequest | undefined;
  let sentAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  /** Smaller once the server has found a request too large. */
  let maxRequestBytes = MAX_REQUEST_BYTES;
  let failures = 0;
  let closed = false;
  let wasFull = false;
  /** Halves of a batch that the server found too large. */
  const split: Batch[] = [];
  const idle = new Set<() => void>();

  const takeNext = (): Batch | undefined => split.shift() ?? queue.take(maxBatchSize, maxRequestBytes);

  function schedule(delayMs: number): void {
    if (timer !== undefined || closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      void pump();
    }, delayMs);
    timer.unref();
  }

  function cancelTimer(): void {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
  }

  async function pump(): Promise<void> {
    if (underWay !== undefined || closed) return;
    cancelTimer();
    if (ready !== undefined) {
      await ready;
      ready = undefined;
      if (underWay !== undefined || closed) return;
    }
    const next = takeNext();
    if (next === undefined) return;
    wasFull = false;
    resource ??= options.resource();
    const body = options.encoder.assemble(signal, resource, next.groups);
    underWay = { batch: next, body, records: next.weight };
    await sendUnderWay();
  }

  async function sendUnderWay(): Promise<void> {
    const request = underWay;
    if (request === undefined) return;
    sentAt = monotonicMs();
    const release = setTimeout(() => transport.unref(), failures === 0 ? KEEP_ALIVE_MS : 0);
    release.unref();
    const result = await transport.send(request.body, timeoutMs);
    clearTimeout(release);
    if (underWay !== request) return; // taken for the flush at exit meanwhile
    take(request, result);
  }

  function take(request: PendingRequest, result: SendResult): void {
    if (result.kind === 'retry') {
      failures++;
      health.failed(signal, result.reason, result.message);
      wakeIdle();
      const pause = backoffMs(failures, result.retryAfterMs);
      if (closed) return;
      timer = setTimeout(() => {
        timer = undefined;
        void sendUnderWay();
      }, pause);
      timer.unref();
      return;
    }
    underWay = undefined;
    if (result.kind === 'accepted') {
      failures = 0;
      settleAccepted(account, request.records, result.rejected);
      if (result.rejected > 0) {
        health.failed(signal, 'partial_success', `The collector rejected ${result.rejected} of ${request.records} ${recordsOf(signal, request.records)}: "${result.message ?? ''}". They are lost; the others arrived.`);
      } else {
        health.worked(signal);
      }
    } else if (isTooLarge(result) && request.batch.entries.length > 1) {
      splitUp(request);
    } else {
      countDropped(account, isTooLarge(result) ? 'too_large' : 'refused', request.records);
      health.failed(signal, result.reason, result.message);
    }
    continueSending();
  }

  function splitUp({ batch, body }: PendingRequest): void {
    maxRequestBytes = Math.min(maxRequestBytes, body.length / 2);
    split.unshift(...halves(batch));
  }

  function continueSending(): void {
    if (split.length > 0 || queue.records >= maxBatchSize || (queue.records > 0 && idle.size > 0)) void pump();
    else if (queue.records > 0) schedule(batch.scheduleDelayMs);
    if (underWay === undefined && queue.records === 0) wakeIdle();
  }

  function wakeIdle(): void {
    for (const wake of idle) wake();
    idle.clear();
  }

  return {
    get queuedRecords() {
      return queue.records;
    },

    get heldMs() {
      return underWay === undefined ? 0 : Math.min(monotonicMs() - sentAt, KEEP_ALIVE_MS);
    },

    add(scope, record, weight = 1) {
      account.produced += weight;
      if (closed) return countDropped(account, 'after_shutdown', weight);
      if (record.length > MAX_REQUEST_BYTES) return countDropped(account, 'too_large', weight);
      if (!queue.add(scope, record, weight)) {
        countDropped(account, 'queue_full', weight);
        if (!wasFull) options.onQueueFull(signal);
        wasFull = true;
        return;
      }
      if (underWay !== undefined) return;
      if (queue.records < maxBatchSize) {
        schedule(batch.scheduleDelayMs);
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

    addFailed(weight = 1) {
      account.produced += weight;
      countDropped(account, 'encode_error', weight);
    },

    async flush(deadlineMs) {
      const endsAt = monotonicMs() + deadlineMs;
      while (!closed && (underWay !== undefined || split.length > 0 || queue.records > 0)) {
        const left = endsAt - monotonicMs();
        if (left <= 0) return;
        const failuresBefore = failures;
        const woken = new Promise<void>((resolve) => idle.add(resolve));
        if (underWay === undefined) void pump();
        else if (timer !== undefined) {
          // Waiting for the next try: a flush is the moment to try now.
          cancelTimer();
          void sendUnderWay();
        }
        await raced(woken, left);
        if (failures > failuresBefore) return;
      }
    },

    takePending() {
      cancelTimer();
      const pending: PendingRequest[] = [];
      if (underWay !== undefined) pending.push(underWay);
      underWay = undefined;
      for (let next = takeNext(); next !== undefined; next = takeNext()) {
        resource ??= options.resource();
        pending.push({ body: options.encoder.assemble(signal, resource, next.groups), records: next.weight, batch: next });
      }
      return pending;
    },

    settle(request, outcome) {
      if (outcome.kind === 'accepted') settleAccepted(account, request.records, outcome.rejected);
      else if (outcome.kind === 'lost') countDropped(account, outcome.reason, request.records);
      else if (request.batch.entries.length > 1) splitUp(request);
      else countDropped(account, 'too_large', request.records);
    },

    close() {
      closed = true;
      cancelTimer();
      wakeIdle();
      transport.close();
    },
  };
}

function settleAccepted(account: Account, records: number, rejected: number): void {
  const lost = Math.min(records, rejected);
  account.acknowledged += records - lost;
  countDropped(account, 'rejected', lost);
}

/** Full jitter between half and the whole of an exponentially growing pause, so that a fleet does not return in step. */
function backoffMs(failures: number, retryAfterMs: number | undefined): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const most = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10));
  return most / 2 + (random() * most) / 2;
}

function halves({ entries }: Batch): Batch[] {
  const middle = entries.length >> 1;
  return [toBatch(entries.slice(0, middle)), toBatch(entries.slice(middle))];
}

const RECORDS = { traces: ['span', 'spans'], logs: ['log record', 'log records'], metrics: ['metric data point', 'metric data points'] } as const;

/** What the records of a signal are called, for a message about `count` of them. */
export function recordsOf(signal: Signal, count = 0): string {
  return RECORDS[signal][count === 1 ? 0 : 1];
}

/** Wait for `promise`, at most `ms`; keeps the process alive meanwhile, for the caller is on its way out. */
function raced(promise: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, ms);
    void promise.then(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}
