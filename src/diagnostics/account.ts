/**
 * Where every record went: `produced = acknowledged + Σ dropped + in flight`, for each exporter of a signal, at any moment.
 *
 * "Produced" counts records that entered the export path: sampled spans that ended, log records that were
 * emitted, metric data points that were collected.
 */
import type { Delivered, Exporter, Signal } from '../config/config.ts';
import { monotonicMs } from '../runtime/clock.ts';

/** Why records were given up. Part of metric attributes and messages, so the set is small and fixed. */
export type DropReason =
  | 'queue_full'
  | 'too_large'
  | 'encode_error'
  | 'rejected'
  | 'refused'
  | 'rate_limited'
  | 'exit_deadline'
  | 'after_shutdown';

export interface Account<Kind extends Delivered = Signal> {
  readonly signal: Kind;
  /** A signal that goes to several exporters has an account of each. */
  readonly exporter: Exporter | 'alerts';
  produced: number;
  acknowledged: number;
  readonly dropped: Map<DropReason, number>;
  /** When records were acknowledged last, on the monotonic clock in milliseconds; `undefined` before the first time. */
  lastSuccessMs: number | undefined;
  /** Why export fails at present, and since when, on the same clock. */
  failure: { readonly reason: string; readonly sinceMs: number } | undefined;
}

export function createAccount<Kind extends Delivered>(signal: Kind, exporter: Account['exporter'] = 'otlp'): Account<Kind> {
  return { signal, exporter, produced: 0, acknowledged: 0, dropped: new Map(), lastSuccessMs: undefined, failure: undefined };
}

export function countAcknowledged(account: Account<Delivered>, records: number): void {
  account.acknowledged += records;
  account.lastSuccessMs = monotonicMs();
  account.failure = undefined;
}

export function noteFailure(account: Account<Delivered>, reason: string): void {
  account.failure = { reason, sinceMs: account.failure?.sinceMs ?? monotonicMs() };
}

export function countDropped(account: Account<Delivered>, reason: DropReason, records: number): void {
  if (records > 0) account.dropped.set(reason, (account.dropped.get(reason) ?? 0) + records);
}

export function droppedTotal(account: Account<Delivered>): number {
  let total = 0;
  for (const records of account.dropped.values()) total += records;
  return total;
}

/** Waiting in the queue or sent without an answer yet. */
export function inFlight(account: Account<Delivered>): number {
  return account.produced - account.acknowledged - droppedTotal(account);
}

/**
 * Of the process, whichever copy of this package is asked: filled when telemetry starts, asked by the health check of telemetry. Empty
 * where there is none.
 */
const SLOT = Symbol.for('signalbox.accounts');
const globals = globalThis as { [SLOT]?: readonly Account[] };

export function publishAccounts(accounts: readonly Account[]): void {
  globals[SLOT] = accounts;
}

export function runningAccounts(): readonly Account[] {
  return globals[SLOT] ?? [];
}
