/** What a sender is given, what it is doing, and what it remembers from one request to the next. */
import type { BatchConfig, Signal } from '../config/config.ts';
import type { Account } from '../diagnostics/account.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { Encoder, Transport } from '../otlp/types.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import type { Batch } from './queue.ts';
import { FULL_SIZE, type RequestSize } from './request-size.ts';
import { clearTimeout, random, setImmediate, setTimeout } from '../runtime/captured.ts';
import { monotonicMs } from '../runtime/clock.ts';

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
  /** Default: time as it is. */
  readonly clock?: SenderClock;
}

/** A request as it leaves, and how many records it carries. */
export interface PendingRequest {
  readonly body: Uint8Array;
  readonly records: number;
  readonly batch: Batch;
  /** Where its endpoint was last reached. */
  readonly address?: string | undefined;
}

export type Phase =
  /** Nothing is due. */
  | { readonly name: 'idle' }
  /** The next look at the queue has its time. */
  | { readonly name: 'scheduled'; readonly timer: NodeJS.Timeout }
  /** The first request waits for what its resource needs. */
  | { readonly name: 'preparing' }
  | { readonly name: 'sending'; readonly request: PendingRequest }
  /** Nothing is sent after a failure; afterwards `request` again, or the next one. */
  | { readonly name: 'pausing'; readonly timer: NodeJS.Timeout; readonly request?: PendingRequest | undefined; readonly isAsked: boolean }
  | { readonly name: 'closed' };

export interface SenderState {
  phase: Phase;
  /** A look at the queue at the end of this turn of the event loop. */
  immediate: NodeJS.Immediate | undefined;
  sentAtMs: number;
  /** In a row. */
  failures: number;
  size: RequestSize;
  /** Halves of batches that were too large: they leave first. */
  split: Batch[];
  /** The last batch would have been larger but for its bytes. */
  wasCut: boolean;
  /** The queue has been full since the last request. */
  wasFull: boolean;
  /** From so many settled records on nothing more is sent: what is left is for the end of the process. */
  stopAt: number;
  resource: Uint8Array | undefined;
  ready: Promise<void> | undefined;
  /** Flushes that wait for the next change. */
  readonly waiting: Set<() => void>;
}

export function createSenderState(ready: Promise<void> | undefined): SenderState {
  return {
    phase: { name: 'idle' },
    immediate: undefined,
    sentAtMs: 0,
    failures: 0,
    size: FULL_SIZE,
    split: [],
    wasCut: false,
    wasFull: false,
    stopAt: Infinity,
    resource: undefined,
    ready,
    waiting: new Set(),
  };
}

/** The request that has no answer yet, be it on its way or waiting to be sent again. */
export function requestUnderWay({ phase }: SenderState): PendingRequest | undefined {
  return phase.name === 'sending' || phase.name === 'pausing' ? phase.request : undefined;
}

/** Time, as a test may replace it. */
export interface SenderClock {
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly setTimeout: (fn: () => void, ms: number) => NodeJS.Timeout;
  readonly clearTimeout: (timer: NodeJS.Timeout) => void;
  readonly setImmediate: (fn: () => void) => NodeJS.Immediate;
}

export const systemClock: SenderClock = { nowMs: monotonicMs, random, setTimeout, clearTimeout, setImmediate };
