/**
 * Memory for encoded records of one kind, carved in order from slabs that nothing else shares.
 *
 * The pool behind `Buffer.allocUnsafe` and `Buffer.from` is shared with the application: a record that is kept would keep
 * the application's small buffers beside it. An allocation for each record takes five times as long as a slab.
 */
const SLAB_BYTES = 16 * 1024;
/** Larger ones are allocated alone, for they would leave the rest of a slab unused. */
const MOST_BYTES = SLAB_BYTES / 8;

/** @returns a function that gives so many bytes, not zeroed, exactly as long as asked for. */
export function createSlab(): (size: number) => Buffer {
  let slab: Buffer | undefined;
  let used = 0;
  return (size) => {
    if (size > MOST_BYTES) return Buffer.allocUnsafeSlow(size);
    if (slab === undefined || used + size > SLAB_BYTES) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      used = 0;
    }
    return slab.subarray(used, (used += size));
  };
}
