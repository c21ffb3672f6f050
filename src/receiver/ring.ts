/** A queue that throws out its oldest records to stay within a bound in bytes. */
import { createSizer } from './approximate-bytes.ts';

export interface Ring<T> {
  /** Whether the record was kept; one that alone is over the bound is not. */
  readonly add: (record: T) => boolean;
  /** Oldest first. */
  readonly items: () => T[];
  readonly bytes: () => number;
  readonly evicted: () => number;
  readonly clear: () => void;
}

export function createRing<T>(maxBytes: number, onEvict: (record: T) => void): Ring<T> {
  const sizeOf = createSizer();
  let records: T[] = [];
  let sizes: number[] = [];
  /** Where the oldest record is; what stands before it is gone. */
  let head = 0;
  let bytes = 0;
  let evicted = 0;

  const evictOldest = (): void => {
    onEvict(records[head] as T);
    bytes -= sizes[head] as number;
    evicted++;
    // The array is cut only when half of it is gone: each cut copies the rest.
    records[head] = undefined as T;
    if (++head * 2 > records.length) {
      records = records.slice(head);
      sizes = sizes.slice(head);
      head = 0;
    }
  };

  return {
    add(record) {
      const size = sizeOf(record);
      if (size > maxBytes) {
        evicted++;
        return false;
      }
      records.push(record);
      sizes.push(size);
      bytes += size;
      while (bytes > maxBytes) evictOldest();
      return true;
    },
    items: () => records.slice(head),
    bytes: () => bytes,
    evicted: () => evicted,
    clear() {
      records = [];
      sizes = [];
      head = 0;
      bytes = 0;
    },
  };
}
