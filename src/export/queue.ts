/**
 * Encoded records that wait, oldest first, bounded in bytes (and in number where a setting says so).
 *
 * Their bytes lie one behind the other in a few large pieces of memory, and what is known of them in rows of numbers. An object
 * for each record that waits would live just long enough to be moved by the garbage collector, which gives a process whose objects
 * do so three times the memory for new ones.
 */
import type { ScopeGroup } from '../otlp/types.ts';

/** Rough cost of a record beside its bytes, until it has been sent. Counted, so that many small records are bounded too. */
const RECORD_OVERHEAD_BYTES = 320;
const PIECE_BYTES = 64 * 1024;
/** Larger records have memory of their own, for they would leave the rest of a piece unused. */
const MOST_SHARED_BYTES = PIECE_BYTES / 8;
const NOTHING = new Uint8Array(0);

export interface QueueLimits {
  readonly maxBytes: number;
  readonly maxRecords: number;
}

export interface Batch {
  /** How many there are. */
  readonly records: number;
  /** What they count for together. */
  readonly weight: number;
  /** Whether more records would have fitted but for the bytes. */
  readonly isCut: boolean;
  readonly rows: Rows;
}

export interface RecordQueue {
  readonly records: number;
  /**
   * Queue a copy of `record`. False, and nothing is queued, when there is no room.
   *
   * @param weight - how much it counts for: the data points of a metric, otherwise one.
   */
  add(scope: Uint8Array, record: Uint8Array, weight: number): boolean;
  /** The oldest records: at most `maxRecords` and about `maxBytes`, at least one unless empty. */
  take(maxRecords: number, maxBytes: number): Batch | undefined;
}

/** One number, or one reference, for each record. */
interface Rows {
  readonly scopes: Uint8Array[];
  readonly pieces: Uint8Array[];
  /** Where it begins in its piece, and how long it is. */
  readonly starts: number[];
  readonly lengths: number[];
  readonly weights: number[];
}

export function createQueue(limits: QueueLimits): RecordQueue {
  let rows: Rows = { scopes: [], pieces: [], starts: [], lengths: [], weights: [] };
  /** What each takes of the limit. */
  let costs: number[] = [];
  let head = 0;
  let bytes = 0;
  let lastScope: Uint8Array | undefined;
  let piece: Uint8Array | undefined;
  let used = 0;

  function keep(record: Uint8Array): void {
    const { length } = record;
    if (length > MOST_SHARED_BYTES) {
      const own = Buffer.allocUnsafeSlow(length);
      own.set(record);
      rows.pieces.push(own);
      rows.starts.push(0);
      return;
    }
    if (piece === undefined || used + length > PIECE_BYTES) {
      piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
      used = 0;
    }
    piece.set(record, used);
    rows.pieces.push(piece);
    rows.starts.push(used);
    used += length;
  }

  /** Those before `to` have left. */
  function forget(to: number): void {
    rows = slice(rows, to);
    costs = costs.slice(to);
    head = 0;
    if (costs.length > 0) return;
    lastScope = undefined;
    piece = undefined;
  }

  return {
    get records() {
      return costs.length - head;
    },
    add(scope, record, weight) {
      // A scope is mostly that of the record before, and the same bytes; one that is made for each record counts each time.
      const cost = record.length + RECORD_OVERHEAD_BYTES + (scope === lastScope ? 0 : scope.length);
      if (bytes + cost > limits.maxBytes || costs.length - head >= limits.maxRecords) return false;
      keep(record);
      rows.scopes.push(scope);
      rows.lengths.push(record.length);
      rows.weights.push(weight);
      costs.push(cost);
      bytes += cost;
      lastScope = scope;
      return true;
    },
    take(maxRecords, maxBytes) {
      if (head === costs.length) return undefined;
      let to = head;
      let batchBytes = 0;
      let isCut = false;
      while (to < costs.length && to - head < maxRecords) {
        const length = rows.lengths[to] as number;
        if (to > head && batchBytes + length > maxBytes) {
          isCut = true;
          break;
        }
        batchBytes += length;
        bytes -= costs[to++] as number;
      }
      const batch = toBatch(slice(rows, head, to), isCut);
      // Or their memory would be held until the rows are.
      rows.pieces.fill(NOTHING, head, to);
      rows.scopes.fill(NOTHING, head, to);
      head = to;
      if (head === costs.length || (head > 1024 && head * 2 > costs.length)) forget(head);
      return batch;
    },
  };
}

function slice({ scopes, pieces, starts, lengths, weights }: Rows, from: number, to?: number): Rows {
  return {
    scopes: scopes.slice(from, to),
    pieces: pieces.slice(from, to),
    starts: starts.slice(from, to),
    lengths: lengths.slice(from, to),
    weights: weights.slice(from, to),
  };
}

function toBatch(rows: Rows, isCut = false): Batch {
  return { records: rows.lengths.length, weight: rows.weights.reduce((sum, weight) => sum + weight, 0), isCut, rows };
}

/** Two batches of half of the records each. */
export function halves({ rows, records }: Batch): [Batch, Batch] {
  const middle = records >> 1;
  return [toBatch(slice(rows, 0, middle)), toBatch(slice(rows, middle))];
}

/** The records by scope. To be used at once: each is an object of its own. */
export function groupsOf({ rows, records }: Batch): readonly ScopeGroup[] {
  const groups = new Map<Uint8Array, Uint8Array[]>();
  for (let i = 0; i < records; i++) {
    const start = rows.starts[i] as number;
    const record = (rows.pieces[i] as Uint8Array).subarray(start, start + (rows.lengths[i] as number));
    const scope = rows.scopes[i] as Uint8Array;
    const group = groups.get(scope);
    if (group === undefined) groups.set(scope, [record]);
    else group.push(record);
  }
  return Array.from(groups, ([scope, each]) => ({ scope, records: each }));
}
