import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bucketIndexOf, GrowingBuckets, MAX_SCALE, scaleChange } from '../../../../src/engine/metrics/exponential-buckets.ts';

describe('the index of a bucket', () => {
  it('counts a power of two to the bucket that it ends, at each scale', () => {
    assert.deepEqual(
      [1, 2, 4].map((value) => bucketIndexOf(value, 0)),
      [-1, 0, 1],
    );
    // Eight buckets from one power of two to the next; then all between 2^-4 and 1, and 1 and 16, in one.
    assert.equal(bucketIndexOf(2, 3), 7);
    assert.equal(bucketIndexOf(1, -2), -1);
    assert.equal(bucketIndexOf(16, -2), 0);
    assert.equal(bucketIndexOf(17, -2), 1);
    assert.equal(bucketIndexOf(2, MAX_SCALE), 2 ** MAX_SCALE - 1);
  });

  it('lies between the bounds of its bucket', () => {
    for (const scale of [1, 3, 8])
      for (const value of [0.001, 0.7, 1.1, 3, 1000.5]) {
        const base = 2 ** (2 ** -scale);
        const index = bucketIndexOf(value, scale);
        assert.ok(base ** index < value && value <= base ** (index + 1), `${value} at scale ${scale}: ${index}`);
      }
  });

  it('is within the range of the scale for the least and the greatest number', () => {
    assert.equal(bucketIndexOf(Number.MIN_VALUE, 1), -2045);
    assert.equal(bucketIndexOf(Number.MIN_VALUE, 0), -1023);
    assert.equal(bucketIndexOf(Number.MAX_VALUE, 1), 2047);
  });
});

describe('buckets that grow', () => {
  it('keep their counts when they are put together', () => {
    const buckets = new GrowingBuckets();
    for (const index of [-3, -2, 0, 1, 4]) buckets.add(index);
    assert.deepEqual([buckets.offset, buckets.counts], [-3, [1, 1, 0, 1, 1, 0, 0, 1]]);
    buckets.downscale(1);
    assert.deepEqual([buckets.offset, buckets.counts], [-2, [1, 1, 2, 0, 1]]);
  });

  it('need no change of the scale as long as all of them fit', () => {
    assert.equal(scaleChange(0, 159, 160), 0);
    assert.equal(scaleChange(0, 160, 160), 1);
    assert.equal(scaleChange(-1, 159, 160), 1);
    assert.equal(new GrowingBuckets().changeFor(1_000_000, 2), 0);
  });
});
