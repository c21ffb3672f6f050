/** The steps of a sender that need no answer: what every process loads. The others are in `send-loop.ts`. */
import { droppedTotal } from '../diagnostics/account.ts';
import { groupsOf, halves, type Batch, type RecordQueue } from './queue.ts';
import { afterSplit } from './request-size.ts';
import {
  requestUnderWay,
  type PendingRequest,
  type Phase,
  type SenderClock,
  type SenderOptions,
  type SenderState,
} from './sender-state.ts';

export interface SendLoop extends SenderOptions {
  readonly clock: SenderClock;
  readonly state: SenderState;
  readonly queue: RecordQueue;
  readonly timeoutMs: number;
  readonly maxBatchSize: number;
  /** Sends the next batch unless something is under way. */
  readonly sendNext: () => void;
}

/** Everything changes phase here, so that no timer of the last one is left. */
export function enter({ clock, state }: SendLoop, phase: Phase): void {
  const { phase: last } = state;
  if ('timer' in last) clock.clearTimeout(last.timer);
  state.phase = phase;
}

/** After a record was added: look at the queue when it is time. */
export function lookSoon(loop: SendLoop): void {
  const { batch, clock, maxBatchSize, queue, state } = loop;
  if (!isFree(state) || isStopped(loop)) return;
  if (queue.records < maxBatchSize) {
    if (state.phase.name === 'idle') schedule(loop, batch.scheduleDelayMs);
  } else if (state.immediate === undefined) {
    // Not at once: what ends within the same turn of the loop leaves together, and a `process.exit()` in it
    // finds everything still in the queue.
    state.immediate = clock.setImmediate(() => {
      state.immediate = undefined;
      if (isFree(state)) loop.sendNext();
    });
    state.immediate.unref();
  }
}

/** Nothing is under way and nothing is waited for but the time. */
export function isFree({ phase }: SenderState): boolean {
  return phase.name === 'idle' || phase.name === 'scheduled';
}

export function schedule(loop: SendLoop, delayMs: number): void {
  enter(loop, { name: 'scheduled', timer: timerOf(loop, delayMs, () => loop.sendNext()) });
}

export function timerOf({ clock }: SendLoop, delayMs: number, then: () => void): NodeJS.Timeout {
  const timer = clock.setTimeout(then, delayMs);
  timer.unref();
  return timer;
}

export function takeNext({ maxBatchSize, queue, state }: SendLoop): Batch | undefined {
  const next = state.split.shift() ?? queue.take(maxBatchSize, state.size.maxBytes);
  state.wasCut = next?.isCut ?? false;
  return next;
}

export function requestOf({ encoder, resource, signal, state }: SendLoop, batch: Batch): PendingRequest {
  state.resource ??= resource();
  return { batch, records: batch.weight, body: encoder.assemble(signal, state.resource, groupsOf(batch)) };
}

export function splitUp({ state }: SendLoop, { batch, body }: PendingRequest): void {
  state.size = afterSplit(state.size, body.length);
  state.split.unshift(...halves(batch));
}

/** Flushes look at how things stand. */
export function wake({ state }: SendLoop): void {
  for (const each of state.waiting) each();
  state.waiting.clear();
}

export function settled({ account }: SendLoop): number {
  return account.acknowledged + droppedTotal(account);
}

export function isStopped(loop: SendLoop): boolean {
  const { phase, stopAt } = loop.state;
  // Asked for each record: nothing is summed up while nothing is to stop.
  return phase.name === 'closed' || (stopAt !== Infinity && settled(loop) >= stopAt);
}

export function hasWork({ queue, state }: SendLoop): boolean {
  return state.phase.name === 'preparing' || requestUnderWay(state) !== undefined || state.split.length > 0 || queue.records > 0;
}
