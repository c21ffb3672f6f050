import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccount } from '../../../src/diagnostics/account.ts';
import { afterFailed, FULL_SIZE } from '../../../src/export/request-size.ts';
import { countAccepted, verdictOf } from '../../../src/export/settlement.ts';
import type { SendResult } from '../../../src/otlp/types.ts';

const LARGE = { records: 10, bytes: 100_000 };
const SINGLE = { records: 1, bytes: 100_000 };
const failure = (kind: 'retry' | 'refused', reason: 'timeout' | 'http_503' | 'http_413' | 'too_large' | 'http_404'): SendResult => ({
  kind,
  reason,
  message: 'Failed.',
});

test('what can be sent again is sent again as it is', () => {
  assert.deepEqual(verdictOf(failure('retry', 'http_503'), LARGE, FULL_SIZE), { kind: 'retry' });
});

test('a request that breaks off for the third time is split after a pause, unless it is a single record', () => {
  const size = afterFailed(afterFailed(FULL_SIZE, 'timeout'), 'timeout');
  assert.deepEqual(verdictOf(failure('retry', 'timeout'), LARGE, size), { kind: 'split', afterPause: true });
  assert.deepEqual(verdictOf(failure('retry', 'timeout'), SINGLE, size), { kind: 'retry' });
  assert.deepEqual(verdictOf(failure('retry', 'http_503'), LARGE, size), { kind: 'retry' });
});

test('what is too large is split at once; a single record is lost as too large', () => {
  for (const reason of ['http_413', 'too_large'] as const) {
    assert.deepEqual(verdictOf(failure('refused', reason), LARGE, FULL_SIZE), { kind: 'split', afterPause: false });
    assert.deepEqual(verdictOf(failure('refused', reason), SINGLE, FULL_SIZE), {
      kind: 'lost',
      dropReason: 'too_large',
      reason: 'too_large',
    });
  }
});

test('what is refused is lost for the reason of the server', () => {
  assert.deepEqual(verdictOf(failure('refused', 'http_404'), LARGE, FULL_SIZE), {
    kind: 'lost',
    dropReason: 'refused',
    reason: 'http_404',
  });
});

test('records that a server rejected are lost, at most as many as it was sent', () => {
  const account = createAccount('traces');
  countAccepted(account, 10, 3);
  countAccepted(account, 10, 99);
  assert.deepEqual([account.acknowledged, Object.fromEntries(account.dropped)], [7, { rejected: 13 }]);
});
