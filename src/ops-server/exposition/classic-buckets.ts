/**
 * An exponential histogram as classic buckets, which is what a text format can hold.
 *
 * Its buckets are joined into those between powers of two, so that the bounds are the same from one scrape to the next although
 * the histogram changes its scale, and are few. Those outside of what was recorded are left out.
 */
import type { ExponentialBuckets, ExponentialPoint } from '../../otlp/metric-writer.ts';

export interface ClassicBuckets {
  /** Upper bounds in rising order; what is above the last is in `+Inf` alone. */
  readonly bounds: readonly number[];
  /** Added up: each counts all below its bound. */
  readonly cumulative: readonly number[];
}

export function classicBuckets({ scale, zeroCount, positive, negative }: ExponentialPoint): ClassicBuckets {
  const bounds: number[] = [];
  const cumulative: number[] = [];
  let total = 0;
  const add = (bound: number, count: number): void => {
    total += count;
    bounds.push(bound);
    cumulative.push(total);
  };
  // The upper bound of a negative bucket is the one that is nearer to zero.
  const below = byPowersOfTwo(negative, scale);
  for (const exponent of [...below.keys()].sort((a, b) => b - a)) add(-(2 ** (exponent - 1)), below.get(exponent) as number);
  if (zeroCount > 0 || below.size > 0) add(0, zeroCount);
  const above = byPowersOfTwo(positive, scale);
  for (const exponent of [...above.keys()].sort((a, b) => a - b)) add(2 ** exponent, above.get(exponent) as number);
  return { bounds, cumulative };
}

/** Counts by the exponent of the bound that is further from zero; between the first and the last none is missing. */
function byPowersOfTwo({ counts, offset }: ExponentialBuckets, scale: number): Map<number, number> {
  const joined = new Map<number, number>();
  let [lowest, highest] = [Infinity, -Infinity];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    if (count === 0) continue;
    // (base^index, base^(index + 1)], base = 2^(2^-scale)
    const exponent = Math.ceil((offset + i + 1) * 2 ** -scale);
    joined.set(exponent, (joined.get(exponent) ?? 0) + count);
    lowest = Math.min(lowest, exponent);
    highest = Math.max(highest, exponent);
  }
  // A scale below zero has bounds that are further apart.
  const step = scale < 0 ? 2 ** -scale : 1;
  for (let exponent = lowest; exponent < highest; exponent += step) if (!joined.has(exponent)) joined.set(exponent, 0);
  return joined;
}
