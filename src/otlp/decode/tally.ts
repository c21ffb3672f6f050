/** Counts what is kept and what is left out of one request, and says why. */
import type { Signal } from '../../config/config.ts';
import type { Decoded, Origin, Records } from './model.ts';
import { BadRecord } from './refusal.ts';
import { SCHEMAS, type Row } from './schema.ts';

export interface Tally {
  readonly signal: Signal;
  readonly records: Row[];
  total: number;
  rejected: number;
  /** Of the first one rejected. */
  reason: string;
}

export const createTally = (signal: Signal): Tally => ({ signal, records: [], total: 0, rejected: 0, reason: '' });

export function reject(tally: Tally, count: number, reason: string): void {
  tally.total += count;
  tally.rejected += count;
  if (tally.reason === '') tally.reason = reason;
}

/** Keeps what `read` gives, or counts it as rejected when it throws `BadRecord`. Other errors end the request. */
export function attempt(tally: Tally, counts: boolean, read: () => Row, keep: (row: Row) => void): void {
  // Points of a metric that turns out to be malformed fall with it.
  const before = tally.total - tally.rejected;
  try {
    keep(read());
    if (counts) tally.total++;
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    const fallen = tally.total - tally.rejected - before;
    tally.total -= fallen;
    reject(tally, Math.max(1, fallen), error.message);
  }
}

/** Keeps a record with its origin. */
export function keepRecord(tally: Tally, row: Row, origin: Origin): void {
  row['resource'] = origin.resource;
  if (origin.resourceSchemaUrl !== undefined) row['resourceSchemaUrl'] = origin.resourceSchemaUrl;
  row['scope'] = origin.scope;
  tally.records.push(row);
}

export function finishTally<S extends Signal>(tally: Tally & { readonly signal: S }): Decoded<S> {
  const { records, rejected, total, reason, signal } = tally;
  return {
    // The tables of the signal make rows of this shape.
    records: records as unknown as Records[S][],
    rejected,
    message: rejected === 0 ? '' : `${rejected} of ${total} ${SCHEMAS[signal].noun} dropped, the others kept: ${reason}.`,
  };
}
