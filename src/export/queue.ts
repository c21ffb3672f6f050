/** Encoded records that wait, oldest first, bounded in bytes (and in number where a setting says so). */
import type { ScopeGroup } from '../otlp/types.ts';

/** Rough cost of an entry beside its bytes: the entry, its buffer's header, its slot. Counted, so that many small records are bounded too. */
const ENTRY_OVERHEAD_BYTES = 320;

export interface QueueLimits {
  readonly maxBytes: number;
  readonly maxRecords: number;
}

export interface Batch {
  readonly groups: readonly ScopeGroup[];
  /** What its records count for together. */
  readonly weight: number;
  /** Whether more records would have fitted but for the bytes. */
  readonly isCut: boolean;
  readonly entries: readonly Entry[];
}

export interface RecordQueue {
  readonly records: number;
  /** `weight` is how much the record counts for: the data points of a metric, otherwise one. False, and nothing is queued, when there is no room. */
  add(scope: Uint8Array, record: Uint8Array, weight: number): boolean;
  /** The oldest records, grouped by scope: at most `maxRecords` and about `maxBytes`, at least one unless empty. */
  take(maxRecords: number, maxBytes: number): Batch | undefined;
}

export interface Entry {
  readonly scope: Uint8Array;
  readonly record: Uint8Array;
  readonly weight: number;
}

interface WaitingEntry extends Entry {
  /** Bytes that it takes of the limit. */
  readonly cost: number;
}

export function createQueue(limits: QueueLimits): RecordQueue {
  let entries: (WaitingEntry | undefined)[] = [];
  let head = 0;
  let bytes = 0;
  let lastScope: Uint8Array | undefined;
  return {
    get records() {
      return entries.length - head;
    },
    add(scope, record, weight) {
      // A scope is mostly that of the record before, and the same bytes; one that is made for each record counts each time.
      const cost = record.length + ENTRY_OVERHEAD_BYTES + (scope === lastScope ? 0 : scope.length);
      if (bytes + cost > limits.maxBytes || entries.length - head >= limits.maxRecords) return false;
      entries.push({ scope, record, weight, cost });
      bytes += cost;
      lastScope = scope;
      return true;
    },
    take(maxRecords, maxBytes) {
      if (head === entries.length) return undefined;
      const batch: Entry[] = [];
      let batchBytes = 0;
      let isCut = false;
      while (head < entries.length && batch.length < maxRecords) {
        const entry = entries[head] as WaitingEntry;
        if (batch.length > 0 && batchBytes + entry.record.length > maxBytes) {
          isCut = true;
          break;
        }
        batch.push(entry);
        entries[head++] = undefined; // or it would be held until the array is
        batchBytes += entry.record.length;
        bytes -= entry.cost;
      }
      if (head === entries.length) {
        entries = [];
        head = 0;
        lastScope = undefined;
      } else if (head > 1024 && head * 2 > entries.length) {
        entries = entries.slice(head);
        head = 0;
      }
      return toBatch(batch, isCut);
    },
  };
}

export function toBatch(entries: readonly Entry[], isCut = false): Batch {
  const groups = new Map<Uint8Array, Uint8Array[]>();
  let weight = 0;
  for (const entry of entries) {
    weight += entry.weight;
    const group = groups.get(entry.scope);
    if (group === undefined) groups.set(entry.scope, [entry.record]);
    else group.push(entry.record);
  }
  return { groups: Array.from(groups, ([scope, records]) => ({ scope, records })), weight, isCut, entries };
}
