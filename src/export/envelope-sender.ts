/**
 * Brings envelopes of Sentry, or alerts, to a server, one at a time. What the server does not take for the moment waits and is sent
 * again; what Sentry limits is dropped until the limit is over, as it asks for, and what is refused is lost. Each loss is counted.
 *
 * @see https://develop.sentry.dev/sdk/expected-features/rate-limiting/
 */
import { countAcknowledged, countDropped, type Account, type DropReason } from '../diagnostics/account.ts';
import type { OtlpConfig } from '../config/config.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { SendResult, Transport } from '../otlp/types.ts';
import { clearTimeout, random, setTimeout } from '../runtime/captured.ts';
import { monotonicMs } from '../runtime/clock.ts';
import { contain } from '../runtime/contain.ts';
import { settlesWithin } from '../runtime/settles-within.ts';
import type { EnvelopeDrop } from '../names/metrics/errors.ts';
import type { EnvelopeKind } from '../runtime/error-delivery.ts';
import { createTransport } from './transport/transport.ts';
import { ENVELOPE_RECEIVERS, type EnvelopeReceiver } from './envelope-receivers.ts';
import { errorLimitMs } from './sentry-limits.ts';
import { pauseMs } from './retry-policy.ts';
import type { Sender } from './sender.ts';
import type { PendingRequest } from './sender-state.ts';

/** Of one envelope; Sentry takes no larger one with an event. */
const MAX_ENVELOPE_BYTES = 1024 * 1024;
const MAX_WAITING = 1000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** Where a server names no time, as Sentry's protocol has it. */
const LIMITED_MS = 60_000;

export interface EnvelopeSenderOptions {
  /** Where: `contentType` and all. */
  readonly otlp: OtlpConfig;
  readonly kind: EnvelopeKind;
  readonly account: Account<EnvelopeKind>;
  readonly reporter: Reporter;
  readonly userAgent: string;
  readonly onDropped: (reason: EnvelopeDrop, count: number) => void;
  /** Default: over HTTP. */
  readonly transport?: Transport;
}

export interface EnvelopeSender extends Pick<Sender, 'isSending' | 'flush' | 'takePending' | 'settle' | 'close'> {
  add(envelope: Uint8Array): void;
}

interface State {
  readonly waiting: Uint8Array[];
  waitingBytes: number;
  /** Its answer is not there yet. */
  underWay: Uint8Array | undefined;
  /** Nothing is sent before. */
  pause: NodeJS.Timeout | undefined;
  limitedUntilMs: number;
  failures: number;
  /** Of the one that is to be sent next. */
  tries: number;
  isStopped: boolean;
  isClosed: boolean;
  readonly onChange: Set<() => void>;
}

interface Sending extends EnvelopeSenderOptions {
  readonly transport: Transport;
  readonly receiver: EnvelopeReceiver;
  readonly state: State;
}

export function createEnvelopeSender(options: EnvelopeSenderOptions): EnvelopeSender {
  const transport = options.transport ?? createTransport(options.otlp, options.kind, options.userAgent);
  const state: State = {
    waiting: [],
    waitingBytes: 0,
    underWay: undefined,
    pause: undefined,
    limitedUntilMs: -Infinity,
    failures: 0,
    tries: 0,
    isStopped: false,
    isClosed: false,
    onChange: new Set(),
  };
  const sending: Sending = { ...options, transport, receiver: ENVELOPE_RECEIVERS[options.kind], state };
  return {
    get isSending() {
      return state.underWay !== undefined;
    },
    add(envelope) {
      options.account.produced++;
      const reason = reasonToDrop(state, envelope);
      if (reason !== undefined) return drop(sending, reason);
      state.waiting.push(envelope);
      state.waitingBytes += envelope.length;
      sendNext(sending);
    },
    flush: (deadlineMs, { hold = true, thenStop = false } = {}) => flush(sending, deadlineMs, hold, thenStop),
    takePending: () => takePending(sending),
    settle(_request, outcome) {
      if (outcome.kind === 'accepted') countAcknowledged(options.account, 1);
      else drop(sending, outcome.kind === 'lost' && outcome.reason === 'refused' ? 'refused' : lostAtEnd(outcome.kind));
    },
    close() {
      for (const _ of takePending(sending)) drop(sending, 'exit_deadline');
      state.isClosed = true;
      transport.close();
    },
  };
}

function lostAtEnd(kind: 'lost' | 'too-large'): EnvelopeDrop {
  return kind === 'lost' ? 'exit_deadline' : 'too_large';
}

function reasonToDrop(state: State, envelope: Uint8Array): EnvelopeDrop | undefined {
  if (state.isClosed) return 'after_shutdown';
  if (envelope.length > MAX_ENVELOPE_BYTES) return 'too_large';
  if (monotonicMs() < state.limitedUntilMs) return 'rate_limited';
  const hasRoom = state.waiting.length < MAX_WAITING && state.waitingBytes + envelope.length <= MAX_WAITING_BYTES;
  return hasRoom ? undefined : 'queue_full';
}

function drop({ account, onDropped }: Sending, reason: EnvelopeDrop & DropReason, count = 1): void {
  countDropped(account, reason, count);
  onDropped(reason, count);
}

function sendNext(sending: Sending): void {
  const { state } = sending;
  if (state.underWay !== undefined || state.pause !== undefined || state.isStopped || state.isClosed) return;
  const envelope = state.waiting.shift();
  if (envelope === undefined) return;
  state.waitingBytes -= envelope.length;
  state.underWay = envelope;
  contain('sending an envelope', () => void send(sending, envelope));
}

async function send(sending: Sending, envelope: Uint8Array): Promise<void> {
  const { otlp, state, transport } = sending;
  const answer = transport.send(envelope, otlp.timeoutMs);
  transport.unref();
  const result = await answer;
  if (state.underWay !== envelope) return; // the end of the process has taken it over
  state.underWay = undefined;
  contain('settling an envelope', () => settle(sending, envelope, result));
  sendNext(sending);
  for (const changed of state.onChange) changed();
}

function settle(sending: Sending, envelope: Uint8Array, result: SendResult): void {
  const { account, receiver, reporter, state } = sending;
  if (result.kind === 'accepted') {
    if (state.failures > 0) sayRecovered(sending);
    state.failures = 0;
    state.tries = 0;
    countAcknowledged(account, 1);
    return limitAfter(sending);
  }
  state.failures++;
  state.tries++;
  if (result.kind === 'refused' && state.tries >= receiver.triesFor(result.reason)) {
    state.tries = 0;
    drop(sending, result.reason === 'http_413' ? 'too_large' : 'refused');
    return void reporter.say(receiver.codes.refused, receiver.refused(originOf(sending), result.reason), originOf(sending));
  }
  const retryAfterMs = result.kind === 'retry' ? result.retryAfterMs : undefined;
  if (result.reason === 'http_429' && receiver.codes.limited !== undefined) {
    drop(sending, 'rate_limited');
    return limit(sending, errorLimitMs(sending.transport.peer.limits) ?? retryAfterMs ?? LIMITED_MS);
  }
  state.waiting.unshift(envelope);
  state.waitingBytes += envelope.length;
  pauseFor(sending, pauseMs(state.failures, result.reason, retryAfterMs, random()));
  reporter.say(receiver.codes.unreachable, receiver.unreachable(originOf(sending), result.reason, MAX_WAITING), originOf(sending));
}

/** It was taken, and is the last one for some time. */
function limitAfter(sending: Sending): void {
  const ms = sending.receiver.codes.limited === undefined ? undefined : errorLimitMs(sending.transport.peer.limits);
  if (ms !== undefined) limit(sending, ms);
}

/** Sentry counts what is sent meanwhile, and limits for longer: all that waits is dropped as well. */
function limit(sending: Sending, ms: number): void {
  const { reporter, state } = sending;
  state.limitedUntilMs = monotonicMs() + ms;
  if (state.waiting.length > 0) drop(sending, 'rate_limited', state.waiting.length);
  state.waiting.length = 0;
  state.waitingBytes = 0;
  reporter.say(
    'sentry.limited',
    `Sentry at ${originOf(sending)} takes no more errors for ${Math.ceil(ms / 1000)} s. Those of this time are dropped and counted. The quota of the project says how many it takes.`,
    originOf(sending),
  );
}

function pauseFor(sending: Sending, ms: number): void {
  const { state } = sending;
  state.pause = setTimeout(() => {
    state.pause = undefined;
    sendNext(sending);
  }, ms).unref();
}

function endPause(state: State): void {
  if (state.pause !== undefined) clearTimeout(state.pause);
  state.pause = undefined;
}

async function flush(sending: Sending, deadlineMs: number, hold: boolean, thenStop: boolean): Promise<void> {
  const { state } = sending;
  const endsAtMs = monotonicMs() + deadlineMs;
  const { failures } = state;
  endPause(state);
  sendNext(sending);
  // One attempt: who flushes does not wait for a server that is down.
  while (state.underWay !== undefined && state.failures <= failures) {
    const leftMs = endsAtMs - monotonicMs();
    let changed = (): void => {};
    const change = new Promise<void>((resolve) => (changed = resolve));
    state.onChange.add(changed);
    const hasChanged = leftMs > 0 && (await settlesWithin(change, leftMs, hold));
    state.onChange.delete(changed);
    if (!hasChanged) break;
  }
  if (thenStop) state.isStopped = true;
}

function takePending({ state, transport }: Sending): PendingRequest[] {
  const envelopes = [...(state.underWay === undefined ? [] : [state.underWay]), ...state.waiting];
  endPause(state);
  state.underWay = undefined;
  state.waiting.length = 0;
  state.waitingBytes = 0;
  state.isStopped = false;
  const { address } = transport.peer;
  // No batch: an envelope is never split.
  return envelopes.map((body) => ({ body, records: 1, address }) as unknown as PendingRequest);
}

function originOf({ otlp }: Sending): string {
  return new URL(otlp.url).origin;
}

function sayRecovered(sending: Sending): void {
  const { receiver, reporter } = sending;
  const origin = originOf(sending);
  const { limited, recovered, refused, unreachable } = receiver.codes;
  for (const code of [unreachable, limited, refused]) if (code !== undefined) reporter.forget(code, origin);
  reporter.say(recovered, receiver.recovered(origin), origin);
}
