/** The end of the main thread: reads what worker threads have written, in the order in which each of them wrote it. */
import {
  ARMED,
  CONSUMED,
  dropsWord,
  ENDED,
  FIRST_ENTRY,
  HEAD_BYTES,
  HEAD_WORDS,
  KINDS,
  paddedTo4,
  SEALED,
  WORKER_DROPS,
  WRITTEN,
  type EntryKind,
  type WorkerAnnouncement,
  type WorkerDrop,
} from './worker-memory.ts';

/** Each called with the outlet, an index that both threads count alike. */
export interface WorkerReaderOptions {
  /** Those of records, then one for measurements and one for errors. */
  readonly outlets: number;
  onRecord(outlet: number, scope: Uint8Array, record: Uint8Array, weight: number): void;
  onDrop(outlet: number, reason: WorkerDrop, records: number): void;
  /** An instrument, a measurement, or what callbacks observe. */
  onMeasurement(threadId: number, kind: EntryKind, index: number, payload: Uint8Array): void;
  /** Everything of a thread that has ended was read. */
  onEnd(threadId: number): void;
}

export interface WorkerReader {
  /** @returns whether a worker writes so much that it should be read at once. */
  accept(announcement: WorkerAnnouncement): boolean;
  /**
   * Read everything that is there.
   *
   * @param isOver - whether a thread has ended, for one that is terminated cannot say so.
   * @returns how many entries there were.
   */
  read(isOver: (threadId: number) => boolean): number;
  /** Have workers announce what they write next. What was written before must be read afterwards. */
  arm(): void;
}

interface Source {
  readonly threadId: number;
  readonly control: Int32Array;
  readonly segments: SharedArrayBuffer[];
  /** In the first of the segments. */
  at: number;
  readonly scopes: Uint8Array[];
}

export function createWorkerReader(options: WorkerReaderOptions): WorkerReader {
  const sources = new Map<number, Source>();

  return {
    accept({ threadId, control, segment }) {
      let source = sources.get(threadId);
      if (source === undefined) {
        source = { threadId, control: new Int32Array(control), segments: [], at: FIRST_ENTRY, scopes: [] };
        sources.set(threadId, source);
      }
      if (segment !== undefined) source.segments.push(segment);
      return source.segments.length > 1;
    },
    read(isOver) {
      let entries = 0;
      for (const source of sources.values()) {
        const hasEnded = Atomics.load(source.control, ENDED) === 1 || isOver(source.threadId);
        entries += readSource(options, source);
        if (!hasEnded) continue;
        sources.delete(source.threadId);
        options.onEnd(source.threadId);
      }
      return entries;
    },
    arm() {
      for (const { control } of sources.values()) Atomics.store(control, ARMED, 1);
    },
  };
}

function readSource(options: WorkerReaderOptions, source: Source): number {
  let entries = 0;
  for (let memory = source.segments[0]; memory !== undefined; memory = source.segments[0]) {
    const words = new Int32Array(memory);
    const isSealed = Atomics.load(words, SEALED) === 1;
    entries += readSegment(options, source, memory, Atomics.load(words, WRITTEN));
    if (!isSealed) break;
    source.segments.shift();
    source.at = FIRST_ENTRY;
  }
  readDrops(options, source);
  return entries;
}

function readSegment(options: WorkerReaderOptions, source: Source, memory: SharedArrayBuffer, end: number): number {
  const { at, control } = source;
  if (end <= at) return 0;
  // One copy, out of the memory that is shared; the records are views of it.
  const bytes = new Uint8Array(memory, at, end - at).slice();
  const heads = new Uint32Array(bytes.buffer);
  source.at = end;
  Atomics.add(control, CONSUMED, bytes.length);
  let entries = 0;
  for (let from = 0; from < bytes.length; entries++) {
    const [length = 0, kindAndOutlet = 0, index = 0, weight = 0] = heads.subarray(from / 4, from / 4 + HEAD_WORDS);
    const payload = bytes.subarray(from + HEAD_BYTES, from + HEAD_BYTES + length);
    from += HEAD_BYTES + paddedTo4(length);
    readEntry(options, source, (kindAndOutlet & 0xff) as EntryKind, kindAndOutlet >>> 8, index, weight, payload);
  }
  return entries;
}

function readEntry(
  options: WorkerReaderOptions,
  { scopes, threadId }: Source,
  kind: EntryKind,
  outlet: number,
  index: number,
  weight: number,
  payload: Uint8Array,
): void {
  // Kept longer than the records around it.
  if (kind === KINDS.scope) scopes[index] = payload.slice();
  else if (kind === KINDS.record) options.onRecord(outlet, scopes[index] as Uint8Array, payload, weight);
  else options.onMeasurement(threadId, kind, index, payload);
}

function readDrops({ outlets, onDrop }: WorkerReaderOptions, { control }: Source): void {
  for (let outlet = 0; outlet < outlets; outlet++) {
    for (const reason of WORKER_DROPS) {
      const records = Atomics.exchange(control, dropsWord(outlet, reason), 0);
      if (records > 0) onDrop(outlet, reason, records);
    }
  }
}
