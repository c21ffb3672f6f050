/**
 * Where every record went: `produced = acknowledged + Σ dropped + in flight`, for each exporter of a signal, at any moment.
 *
 * "Produced" counts records that entered the export path: sampled spans that ended, log records that were
 * emitted, metric data points that were collected.
 */
import type { Exporter, Signal } from '../config/config.ts';

/** Why records were given up. Part of metric attributes and messages, so the set is small and fixed. */
export type DropReason = 'queue_full' | 'too_large' | 'encode_error' | 'rejected' | 'refused' | 'exit_deadline' | 'after_shutdown';

export interface Account {
  readonly signal: Signal;
  /** A signal that goes to several exporters has an account of each. */
  readonly exporter: Exporter;
  produced: number;
  acknowledged: number;
  readonly dropped: Map<DropReason, number>;
}

export function createAccount(signal: Signal, exporter: Exporter = 'otlp'): Account {
  return { signal, exporter, produced: 0, acknowledged: 0, dropped: new Map() };
}

export function countDropped(account: Account, reason: DropReason, records: number): void {
  if (records > 0) account.dropped.set(reason, (account.dropped.get(reason) ?? 0) + records);
}

export function droppedTotal(account: Account): number {
  let total = 0;
  for (const records of account.dropped.values()) total += records;
  return total;
}

/** Waiting in the queue or sent without an answer yet. */
export function inFlight(account: Account): number {
  return account.produced - account.acknowledged - droppedTotal(account);
}
