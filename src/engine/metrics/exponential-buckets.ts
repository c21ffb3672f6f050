/**
 * Where values lie in an exponential histogram of a scale, and buckets that are added to.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
import type { ExponentialBuckets } from '../../otlp/metric-writer.ts';

export const MAX_SCALE = 20;

const SMALLEST_NORMAL = 2 ** -1022;
const LEAST_EXPONENT = -1022;
const MOST_EXPONENT = 1023;
const bits = new DataView(new ArrayBuffer(8));

/** The index of the bucket of `value`, which is above 0: it lies in (base^index, base^(index + 1)]. */
export function bucketIndexOf(value: number, scale: number): number {
  if (value <= SMALLEST_NORMAL) return scale > 0 ? LEAST_EXPONENT * 2 ** scale - 1 : (LEAST_EXPONENT - 1) >> -scale;
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponent = ((high & 0x7ff00000) >>> 20) - 1023;
  // Upper bounds belong to their buckets, and rounding must not carry a power of two across.
  const isPower = (high & 0xfffff) === 0 && bits.getUint32(4) === 0;
  if (scale <= 0) return (isPower ? exponent - 1 : exponent) >> -scale;
  if (isPower) return exponent * 2 ** scale - 1;
  const most = (MOST_EXPONENT + 1) * 2 ** scale - 1;
  return Math.min(Math.floor(Math.log(value) * (Math.LOG2E * 2 ** scale)), most);
}

/** By how much the scale must fall, so that buckets from `low` to `high` are at most `size`. */
export function scaleChange(low: number, high: number, size: number): number {
  let change = 0;
  while (high - low >= size) {
    high >>= 1;
    low >>= 1;
    change++;
  }
  return change;
}

/** Buckets next to each other, from the first that holds something to the last. */
export class GrowingBuckets implements ExponentialBuckets {
  offset = 0;
  counts: number[] = [];

  /** What `scaleChange` needs to know when `index` is added. */
  changeFor(index: number, size: number): number {
    if (this.counts.length === 0) return 0;
    return scaleChange(Math.min(index, this.offset), Math.max(index, this.offset + this.counts.length - 1), size);
  }

  add(index: number): void {
    const { counts } = this;
    if (counts.length === 0) this.offset = index;
    while (index < this.offset) {
      counts.unshift(0);
      this.offset--;
    }
    while (index >= this.offset + counts.length) counts.push(0);
    (counts[index - this.offset] as number)++;
  }

  /** Put 2^change buckets together into one. */
  downscale(change: number): void {
    if (this.counts.length === 0 || change === 0) return;
    const offset = this.offset >> change;
    const merged: number[] = [];
    for (let i = 0; i < this.counts.length; i++) {
      const at = ((this.offset + i) >> change) - offset;
      merged[at] = (merged[at] ?? 0) + (this.counts[i] as number);
    }
    this.offset = offset;
    this.counts = merged;
  }

  clear(): void {
    this.offset = 0;
    this.counts = [];
  }
}
