/** Encoded records that wait, oldest first, bounded in bytes (and in number where a setting says so). */
import type { ScopeGroup } from './types.ts';

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
  /** Whether more would have been taken but for the bytes. */
  readonly isCut: boolean;
  readonly entries: readonly Entry[];
}

export interface RecordQueue {
  readonly records: number;
  readonly bytes: number;
  /** `weight` is how much the record counts for: the data points of a metric, otherwise one. False, and nothing taken, when there is no room. */
  add(scope: Uint8Array, record: Uint8Array, weight: number): boolean;
  /** The oldest records, grouped by scope: at most `maxRecords` and about `maxBytes`, at least one unless empty. */
  take(maxRecords: number, maxBytes: number): Batch | undefined;
}

export interface Entry {
  readonly scope: Uint8Array;
  readonly record: Uint8Array;
  readonly weight: number;
}

export function createQueue(limits: QueueLimits): RecordQueue {
  let entries: Entry[] = [];
  let head = 0;
  let bytes = 0;
  return {
    get records() {
      return entries.length - head;
    },
    get bytes() {
      return bytes;
    },
    add(scope, record, weight) {
      const cost = record.length + ENTRY_OVERHEAD_BYTES;
      if (bytes + cost > limits.maxBytes || entries.length - head >= limits.maxRecords) return false;
      entries.push({ scope, record, weight });
      bytes += cost;
      return true;
    },
    take(maxRecords, maxBytes) {
      if (head === entries.length) return undefined;
      const first = head;
      let takenBytes = 0;
      let isCut = false;
      while (head < entries.length && head - first < maxRecords) {
        const { record } = entries[head] as Entry;
        if (head > first && takenBytes + record.length > maxBytes) {
          isCut = true;
          break;
        }
        head++;
        takenBytes += record.length;
        bytes -= record.length + ENTRY_OVERHEAD_BYTES;
      }
      const batch = toBatch(entries.slice(first, head), isCut);
      if (head === entries.length) {
        entries = [];
        head = 0;
      } else if (head > 1024 && head * 2 > entries.length) {
        entries = entries.slice(head);
        head = 0;
      }
      return batch;
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
