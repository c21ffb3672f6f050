/** What a record takes in memory, roughly and rather too much than too little. */

const OBJECT_BYTES = 56;
const SLOT_BYTES = 16;
const STRING_BYTES = 24;

/**
 * Makes a function that tells the size of records. A resource and a scope, which the records of a request share, count with
 * the first record that brings them.
 */
export function createSizer(): (record: unknown) => number {
  const counted = new WeakSet<object>();

  const sizeOf = (value: unknown, isShared: boolean): number => {
    if (typeof value === 'string') return STRING_BYTES + 2 * value.length;
    if (typeof value === 'bigint') return STRING_BYTES;
    if (typeof value !== 'object' || value === null) return 0;
    if (value instanceof Uint8Array) return 2 * OBJECT_BYTES + value.byteLength;
    if (isShared) {
      if (counted.has(value)) return 0;
      counted.add(value);
    }
    let bytes = OBJECT_BYTES;
    if (Array.isArray(value)) {
      for (const element of value) bytes += SLOT_BYTES + sizeOf(element, false);
      return bytes;
    }
    for (const [key, element] of Object.entries(value)) {
      bytes += SLOT_BYTES + key.length + sizeOf(element, key === 'resource' || key === 'scope');
    }
    return bytes;
  };

  return (record) => sizeOf(record, false);
}
