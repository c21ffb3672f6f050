import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bucketOf, DEFAULT_BOUNDS } from '../../../../src/engine/metrics/histogram-series.ts';

describe('the bucket of a value', () => {
  it('is the one whose bound it equals: bounds are upper bounds, and inclusive', () => {
    for (const [index, bound] of DEFAULT_BOUNDS.entries()) assert.equal(bucketOf(DEFAULT_BOUNDS, bound), index, `${bound}`);
  });

  it('is the next one just above a bound, and the last one above all', () => {
    assert.equal(bucketOf([0.1, 1, 10], 0.1 + Number.EPSILON), 1);
    assert.equal(bucketOf([0.1, 1, 10], 10.000001), 3);
    assert.equal(bucketOf([0.1, 1, 10], Number.MAX_VALUE), 3);
  });

  it('is the first one for what is below all bounds', () => {
    assert.equal(bucketOf([0.1, 1, 10], -5), 0);
  });

  it('is the only one where there are no bounds', () => {
    assert.equal(bucketOf([], 3), 0);
  });
});
