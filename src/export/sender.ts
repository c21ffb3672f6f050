/**
 * Takes encoded records of one signal, and brings them to the endpoint: batched, one request at a time, again after a
 * pause when the endpoint does not take them. Nothing is given up for age; only a full queue, a refusal and the end of
 * the process lose records, and each loss is counted by its reason.
 *
 * What happens when stands in `retry-policy.ts`, `request-size.ts` and `settlement.ts`; the steps in `send-steps.ts`
 * and, from the first request on, `send-loop.ts`.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#failures
 */
import { countDropped, type DropReason } from '../diagnostics/account.ts';
import { contain } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';
import { createQueue } from './queue.ts';
import { recordsOf, sayNotEncoded, sayTooLarge } from './record-notices.ts';
import { canSplit, MAX_REQUEST_BYTES } from './request-size.ts';
import { enter, hasWork, lookSoon, requestOf, splitUp, takeNext, wake, type SendLoop } from './send-steps.ts';
import { createSenderState, requestUnderWay, systemClock, type PendingRequest, type SenderOptions } from './sender-state.ts';
import { countAccepted } from './settlement.ts';

export { recordsOf } from './record-notices.ts';
export type { PendingRequest } from './sender-state.ts';

/** What became of a request that left by the blocking flush at exit. */
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
   * `settle` must follow. Nothing, and counted as lost, where the endpoint is the process itself.
   */
  takePending(): PendingRequest[];
  /** Count what became of a pending request. One that was too large waits again, in halves, unless it is a single record. */
  settle(request: PendingRequest, outcome: Settlement): void;
  close(): void;
}

export function createSender(options: SenderOptions): Sender {
  const { account, batch, reporter, signal } = options;
  const { clock = systemClock } = options;
  const state = createSenderState(options.ready);
  const queue = createQueue({ maxBytes: options.queueMaxBytes, maxRecords: batch.maxQueueSize });
  const loop: SendLoop = {
    ...options,
    clock,
    state,
    queue,
    timeoutMs: Math.min(options.requestTimeoutMs, batch.exportTimeoutMs),
    maxBatchSize: Math.min(batch.maxExportBatchSize, batch.maxQueueSize),
    sendNext: () => contain('sending what is queued', () => void loadLoop().sendNext(loop)),
  };

  return {
    get isSending() {
      return state.phase.name === 'sending';
    },

    add(scope, record, weight = 1) {
      account.produced += weight;
      if (state.phase.name === 'closed') return countDropped(account, 'after_shutdown', weight);
      if (record.length > MAX_REQUEST_BYTES) {
        countDropped(account, 'too_large', weight);
        return sayTooLarge(reporter, signal, record.length, MAX_REQUEST_BYTES);
      }
      if (queue.add(scope, record, weight)) return lookSoon(loop);
      countDropped(account, 'queue_full', weight);
      if (!state.wasFull) options.onQueueFull(signal);
      state.wasFull = true;
    },

    addFailed(error, weight = 1) {
      account.produced += weight;
      countDropped(account, 'encode_error', weight);
      sayNotEncoded(reporter, signal, error);
    },

    async flush(deadlineMs, { hold = true, thenStop = false } = {}) {
      if (hasWork(loop)) await contain('flushing', () => loadLoop().flush(loop, deadlineMs, hold, thenStop));
      else if (thenStop) state.stopAt = 0;
    },

    takePending: () => takePending(loop),

    settle(request, outcome) {
      if (outcome.kind === 'accepted') countAccepted(account, request.records, outcome.rejected);
      else if (outcome.kind === 'lost') countDropped(account, outcome.reason, request.records);
      else if (canSplit(request.batch.records, request.body.length)) splitUp(loop, request);
      else countDropped(account, 'too_large', request.records);
    },

    close() {
      if (state.phase.name === 'sending') sayGivenUp(options, state.phase.request);
      enter(loop, { name: 'closed' });
      wake(loop);
      options.transport.close();
    },
  };
}

/** See `Sender.takePending`. */
function takePending(loop: SendLoop): PendingRequest[] {
  const { account, state, transport } = loop;
  const underWay = requestUnderWay(state);
  if (state.phase.name !== 'closed') enter(loop, { name: 'idle' });
  const { address, isOwnProcess } = transport.peer;
  const pending: PendingRequest[] = underWay === undefined ? [] : [{ ...underWay, address }];
  for (let next = takeNext(loop); next !== undefined; next = takeNext(loop)) pending.push({ ...requestOf(loop, next), address });
  state.stopAt = Infinity;
  if (isOwnProcess !== true) return pending;
  // Its server stands still as well: to wait for it would cost all of the time.
  for (const { records } of pending) countDropped(account, 'exit_deadline', records);
  return [];
}

function sayGivenUp({ health, signal }: SenderOptions, { records }: PendingRequest): void {
  health.lost(
    signal,
    'closed',
    `shutdown() gave up: a request with ${records} ${recordsOf(signal, records)} had no answer. They are lost. Is the collector overloaded? SIGNALBOX_SHUTDOWN_TIMEOUT is the time that it has.`,
  );
}

/** With the first request, not before. */
function loadLoop(): typeof import('./send-loop.ts') {
  return loadPart(import.meta.url, './send-loop');
}
