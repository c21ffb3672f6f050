/**
 * Memory that a worker thread writes and the main thread reads: what is in it has left the worker, however that ends.
 *
 * A worker appends entries to a segment and makes them visible by one atomic store; when it is full, it is sealed and a new
 * one announced. Nothing waits for the other side. One side writes each word, so a thread that is terminated in the middle of
 * an entry leaves nothing half-written that could be read.
 */
import type { DropReason } from '../diagnostics/account.ts';

/** What a worker announces: its memory, and that there is something to read. */
export interface WorkerAnnouncement {
  readonly threadId: number;
  readonly control: SharedArrayBuffer;
  /** A new one, that follows those that were announced before. */
  readonly segment: SharedArrayBuffer | undefined;
}

/** Words of `control`; the counts of drops follow. */
export const ARMED = 0;
export const ENDED = 1;
/** Bytes that were read, modulo 2^32. */
export const CONSUMED = 2;
const FIRST_DROPS = 3;
/** Why a worker drops a record itself. */
export const WORKER_DROPS = ['queue_full', 'encode_error'] as const satisfies readonly DropReason[];
export type WorkerDrop = (typeof WORKER_DROPS)[number];

/** @param outlets - those of records, then one for measurements and one for errors. */
export function controlBytes(outlets: number): number {
  return 4 * (FIRST_DROPS + outlets * WORKER_DROPS.length);
}

export function dropsWord(outlet: number, reason: WorkerDrop): number {
  return FIRST_DROPS + outlet * WORKER_DROPS.length + WORKER_DROPS.indexOf(reason);
}

/** Words of a segment; entries follow. */
export const WRITTEN = 0;
export const SEALED = 1;
export const FIRST_ENTRY = 8;

/** Words of an entry's head: bytes of its payload, kind and outlet, index, weight. Entries begin at multiples of four. */
export const HEAD_WORDS = 4;
export const HEAD_BYTES = 4 * HEAD_WORDS;

export type EntryKind = (typeof KINDS)[keyof typeof KINDS];
export const KINDS = {
  /** The payload is an encoded scope, which has that index from now on. */
  scope: 0,
  /** An encoded record of the scope with that index. */
  record: 1,
  /** JSON of a `WorkerInstrument`, which has that index from now on. */
  instrument: 2,
  /** JSON of a `Measurement`, recorded by the instrument with that index. */
  measurement: 3,
  /** JSON of a list of the same: all that the instrument's callbacks observe now. */
  observed: 4,
} as const;

export function paddedTo4(bytes: number): number {
  return (bytes + 3) & ~3;
}
