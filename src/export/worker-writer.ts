/** The end of a worker thread: puts encoded records, and measurements, into memory that the main thread reads. */
import { SharedArrayBuffer } from '../runtime/captured.ts';
import { contained } from '../runtime/contain.ts';
import {
  ARMED,
  CONSUMED,
  controlBytes,
  dropsWord,
  ENDED,
  FIRST_ENTRY,
  HEAD_BYTES,
  KINDS,
  paddedTo4,
  SEALED,
  WRITTEN,
  type EntryKind,
  type WorkerAnnouncement,
  type WorkerDrop,
} from './worker-memory.ts';

/** Memory is only taken from the system as it is written. */
const SEGMENT_BYTES = 256 * 1024;
/** An application that makes up scopes does not fill the main thread's memory with them. */
const MOST_SCOPES = 4096;

export interface WorkerWriterOptions {
  readonly threadId: number;
  readonly outlets: number;
  /** Most that may wait for the main thread to read it. */
  readonly maxBytes: number;
  /** Announce it to the main thread. */
  readonly announce: (announcement: WorkerAnnouncement) => void;
}

export interface WorkerWriter {
  /** Append a record, or count it as dropped. */
  addRecord(outlet: number, scope: Uint8Array, record: Uint8Array, weight: number): void;
  /** @returns whether there was room. */
  write(kind: EntryKind, outlet: number, index: number, weight: number, payload: Uint8Array): boolean;
  drop(outlet: number, reason: WorkerDrop, records: number): void;
  /** The thread ends. */
  end(): void;
}

interface Segment {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  at: number;
}

export function createWorkerWriter({ threadId, outlets, maxBytes, announce }: WorkerWriterOptions): WorkerWriter {
  const control = new Int32Array(new SharedArrayBuffer(controlBytes(outlets)));
  let segment: Segment | undefined;
  /** Modulo 2^32, as what was consumed. */
  let written = 0;
  let scopes = new WeakMap<Uint8Array, Int32Array>();
  let scopesMade = 0;

  const announceThread = (memory?: SharedArrayBuffer): void =>
    announce({ threadId, control: control.buffer as SharedArrayBuffer, segment: memory });

  /** Announced before anything is in it: what is written is never where nobody looks. */
  function openSegment(size: number): Segment {
    const memory = new SharedArrayBuffer(Math.max(SEGMENT_BYTES, FIRST_ENTRY + size));
    announceThread(memory);
    if (segment !== undefined) Atomics.store(segment.words, SEALED, 1);
    return (segment = { words: new Int32Array(memory), bytes: new Uint8Array(memory), at: FIRST_ENTRY });
  }

  function write(kind: EntryKind, outlet: number, index: number, weight: number, payload: Uint8Array): boolean {
    const size = HEAD_BYTES + paddedTo4(payload.length);
    if (((written - Atomics.load(control, CONSUMED)) >>> 0) + size > maxBytes) return false;
    try {
      const into = segment !== undefined && segment.at + size <= segment.bytes.length ? segment : openSegment(size);
      const { words, bytes, at } = into;
      words.set([payload.length, kind | (outlet << 8), index, weight], at / 4);
      bytes.set(payload, at + HEAD_BYTES);
      into.at = at + size;
      written = (written + size) | 0;
      Atomics.store(words, WRITTEN, into.at);
      if (Atomics.exchange(control, ARMED, 0) === 1) announceThread();
      return true;
    } catch (error) {
      contained('writing a record for the main thread', error);
      return false;
    }
  }

  /** The index of `scope`, which the main thread knows; `undefined` when there is no room to send it. */
  function indexOf(outlet: number, scope: Uint8Array): number | undefined {
    let indices = scopes.get(scope);
    const known = indices?.[outlet];
    if (known !== undefined && known > 0) return known - 1;
    if (scopesMade === MOST_SCOPES) {
      scopes = new WeakMap();
      scopesMade = 0;
      indices = undefined;
    }
    if (!write(KINDS.scope, outlet, scopesMade, 0, scope)) return undefined;
    if (indices === undefined) scopes.set(scope, (indices = new Int32Array(outlets)));
    indices[outlet] = scopesMade + 1;
    return scopesMade++;
  }

  function drop(outlet: number, reason: WorkerDrop, records: number): void {
    Atomics.add(control, dropsWord(outlet, reason), records);
    if (Atomics.exchange(control, ARMED, 0) === 1) announceThread();
  }

  return {
    addRecord(outlet, scope, record, weight) {
      const index = indexOf(outlet, scope);
      if (index === undefined || !write(KINDS.record, outlet, index, weight, record)) drop(outlet, 'queue_full', weight);
    },
    write,
    drop,
    end() {
      Atomics.store(control, ENDED, 1);
      if (Atomics.exchange(control, ARMED, 0) === 1) announceThread();
    },
  };
}
