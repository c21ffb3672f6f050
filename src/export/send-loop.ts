/** The loop of a sender: take a batch, send it, do what its answer asks for, go on. */
import { countDropped, noteFailure } from '../diagnostics/account.ts';
import type { ExportReason } from '../names/messages.ts';
import type { SendResult } from '../otlp/types.ts';
import { settlesWithin } from '../runtime/settles-within.ts';
import { recordsOf } from './record-notices.ts';
import { afterAccepted, afterFailed } from './request-size.ts';
import { flushDelayMs, pauseMs } from './retry-policy.ts';
import {
  enter,
  hasWork,
  isFree,
  isStopped,
  requestOf,
  schedule,
  settled,
  splitUp,
  takeNext,
  timerOf,
  wake,
  type SendLoop,
} from './send-steps.ts';
import { requestUnderWay, type PendingRequest, type Phase } from './sender-state.ts';
import { countAccepted, verdictOf } from './settlement.ts';

type Failure = Exclude<SendResult, { kind: 'accepted' }>;

export async function sendNext(loop: SendLoop): Promise<void> {
  const { state } = loop;
  if (state.phase.name === 'preparing' || requestUnderWay(state) !== undefined || isStopped(loop)) return;
  if (state.ready !== undefined && !(await isPrepared(loop, state.ready))) return wake(loop);
  const next = takeNext(loop);
  if (next === undefined) return enter(loop, { name: 'idle' });
  state.wasFull = false;
  await send(loop, requestOf(loop, next));
}

/** Whether it is still the time to send when what the resource needs is there. */
async function isPrepared(loop: SendLoop, ready: Promise<void>): Promise<boolean> {
  const { state } = loop;
  const preparing: Phase = { name: 'preparing' };
  enter(loop, preparing);
  await ready;
  state.ready = undefined;
  if (state.phase !== preparing) return false;
  enter(loop, { name: 'idle' });
  return !isStopped(loop);
}

async function send(loop: SendLoop, request: PendingRequest): Promise<void> {
  const { clock, health, state, timeoutMs, transport } = loop;
  const sending: Phase = { name: 'sending', request };
  enter(loop, sending);
  state.sentAtMs = clock.nowMs();
  const answer = transport.send(request.body, timeoutMs);
  transport.unref();
  const result = await answer;
  if (state.phase !== sending) return; // moved to the flush at exit meanwhile, or given up
  health.met(transport.peer);
  settle(loop, request, result);
  wake(loop);
}

function settle(loop: SendLoop, request: PendingRequest, result: SendResult): void {
  const { account, health, signal, state } = loop;
  const verdict = verdictOf(result, { records: request.batch.records, bytes: request.body.length }, state.size);
  if (result.kind === 'accepted') return settleAccepted(loop, request, result);
  noteFailure(account, result.reason);
  if (result.kind === 'retry') state.size = afterFailed(state.size, result.reason);
  switch (verdict.kind) {
    case 'retry':
      state.failures++;
      health.failed(signal, result.reason, result.message);
      return pause(loop, result, result.reason, request);
    case 'split':
      splitUp(loop, request);
      if (!verdict.afterPause) return goOn(loop);
      state.failures = 1;
      health.failed(signal, result.reason, result.message);
      return pause(loop, result, result.reason);
    case 'lost':
      countDropped(account, verdict.dropReason, request.records);
      state.failures++;
      health.lost(signal, verdict.reason, result.message);
      return pause(loop, result, result.reason);
  }
}

function settleAccepted(
  loop: SendLoop,
  { records }: PendingRequest,
  { message = '', rejected }: Extract<SendResult, { kind: 'accepted' }>,
): void {
  const { account, health, signal, state } = loop;
  state.failures = 0;
  state.size = afterAccepted(state.size);
  countAccepted(account, records, rejected);
  if (rejected === 0) health.worked(signal);
  else
    health.lost(
      signal,
      'partial_success',
      `The collector rejected ${rejected} of ${records} ${recordsOf(signal, records)}: "${message}". They are lost; the others arrived. The log and the limits of the collector may say more.`,
    );
  goOn(loop);
}

/** @param request - sent again afterwards; without it the next one is. */
function pause(loop: SendLoop, failure: Failure, reason: ExportReason, request?: PendingRequest): void {
  const { clock, state } = loop;
  const retryAfterMs = failure.kind === 'retry' ? failure.retryAfterMs : undefined;
  const delayMs = pauseMs(state.failures, reason, retryAfterMs, clock.random());
  pauseFor(loop, delayMs, retryAfterMs !== undefined, request);
}

function pauseFor(loop: SendLoop, delayMs: number, isAsked: boolean, request: PendingRequest | undefined): void {
  const timer = timerOf(loop, delayMs, () => endPause(loop, request));
  enter(loop, { name: 'pausing', timer, isAsked, request });
}

function endPause(loop: SendLoop, request: PendingRequest | undefined): void {
  if (isStopped(loop)) return;
  if (request === undefined) void sendNext(loop);
  else void send(loop, request);
}

function goOn(loop: SendLoop): void {
  const { batch, maxBatchSize, queue, state } = loop;
  enter(loop, { name: 'idle' });
  if (isStopped(loop)) return;
  const isDue = queue.records >= maxBatchSize || (queue.records > 0 && (state.wasCut || state.waiting.size > 0));
  if (state.split.length > 0 || isDue) void sendNext(loop);
  else if (queue.records > 0) schedule(loop, batch.scheduleDelayMs);
}

/** See `Sender.flush`. */
export async function flush(loop: SendLoop, deadlineMs: number, hold: boolean, thenStop: boolean): Promise<void> {
  const { account, clock, state } = loop;
  const endsAtMs = clock.nowMs() + deadlineMs;
  const wanted = account.produced;
  if (thenStop) state.stopAt = wanted;
  while (!isStopped(loop) && settled(loop) < wanted && hasWork(loop)) {
    const leftMs = endsAtMs - clock.nowMs();
    if (leftMs <= 0 || !hurry(loop)) break;
    const { failures } = state;
    const hasChanged = await settlesWithin(new Promise<void>((resolve) => state.waiting.add(resolve)), leftMs, hold);
    if (!hasChanged) break;
    if (state.failures > failures && requestUnderWay(state) !== undefined) break;
  }
  if (thenStop) state.stopAt = 0;
}

/** Have the next request leave as soon as it may; false when that is not now. */
function hurry(loop: SendLoop): boolean {
  const { clock, state } = loop;
  const { phase } = state;
  if (isFree(state)) void sendNext(loop);
  if (phase.name !== 'pausing') return true;
  const { isAsked, request } = phase;
  const delayMs = flushDelayMs({ isAsked, isRetry: request !== undefined, sinceSentMs: clock.nowMs() - state.sentAtMs });
  if (delayMs === undefined) return false;
  if (request === undefined) pauseFor(loop, delayMs, isAsked, request);
  else void send(loop, request);
  return true;
}
