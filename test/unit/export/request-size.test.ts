import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterAccepted,
  afterFailed,
  afterSplit,
  breaksTooOften,
  canSplit,
  FULL_SIZE,
  MAX_REQUEST_BYTES,
  MIN_REQUEST_BYTES,
  type RequestSize,
} from '../../../src/export/request-size.ts';

const acceptedTimes = (size: RequestSize, times: number): RequestSize => {
  for (let each = 0; each < times; each++) size = afterAccepted(size);
  return size;
};

test('requests are half as large after one was too large, and never smaller than 16 KiB', () => {
  assert.equal(afterSplit(FULL_SIZE, 1_000_000).maxBytes, 500_000);
  assert.equal(afterSplit(afterSplit(FULL_SIZE, 1_000_000), 2_000_000).maxBytes, 500_000);
  assert.equal(afterSplit(FULL_SIZE, 20_000).maxBytes, MIN_REQUEST_BYTES);
});

test('requests grow twice as large with each ten that were accepted, up to the full size', () => {
  const small = afterSplit(FULL_SIZE, 2_000_000);
  assert.deepEqual(
    [9, 10, 19, 20, 30].map((times) => acceptedTimes(small, times).maxBytes),
    [1_000_000, 2_000_000, 2_000_000, MAX_REQUEST_BYTES, MAX_REQUEST_BYTES],
  );
  assert.equal(acceptedTimes(FULL_SIZE, 100), FULL_SIZE);
});

test('three requests in a row that break off are too many, whatever else fails between them starts anew', () => {
  const broken = afterFailed(afterFailed(FULL_SIZE, 'timeout'), 'connection_reset');
  assert.deepEqual([breaksTooOften(broken), breaksTooOften(afterFailed(broken, 'timeout'))], [false, true]);
  assert.equal(breaksTooOften(afterFailed(afterFailed(broken, 'http_503'), 'timeout')), false);
  assert.equal(breaksTooOften(afterFailed(afterAccepted(broken), 'timeout')), false);
});

test('one record, and 16 KiB or less, are not split', () => {
  assert.deepEqual([canSplit(2, MIN_REQUEST_BYTES + 1), canSplit(2, MIN_REQUEST_BYTES), canSplit(1, 1_000_000)], [true, false, false]);
});
