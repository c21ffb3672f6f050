import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flushDelayMs, pauseMs } from '../../../src/export/retry-policy.ts';

test('pauses double with each failure, up to half a minute, and are spread over their second half', () => {
  const ranges = [1, 2, 3, 6, 500].map((failures) => [0, 1].map((random) => pauseMs(failures, 'http_503', undefined, random)));
  assert.deepEqual(ranges, [
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
    [15_000, 30_000],
    [15_000, 30_000],
  ]);
});

test('where the connection is refused, pauses grow to five seconds only', () => {
  assert.deepEqual([pauseMs(1, 'connection_refused', undefined, 1), pauseMs(9, 'connection_refused', undefined, 1)], [1000, 5000]);
});

test('a server may ask for a longer pause of at most an hour, not for a shorter one', () => {
  assert.deepEqual(
    [pauseMs(1, 'http_429', 60_000, 0), pauseMs(1, 'http_429', 1, 0), pauseMs(1, 'http_429', 86_400_000, 0)],
    [60_000, 500, 3_600_000],
  );
});

test('a flush keeps a pause that the server asked for', () => {
  assert.equal(flushDelayMs({ isAsked: true, isRetry: true, sinceSentMs: 10_000 }), undefined);
});

test('a flush cuts our own pause short, but the same request is not sent again within 250 ms', () => {
  assert.equal(flushDelayMs({ isAsked: false, isRetry: true, sinceSentMs: 249 }), undefined);
  assert.equal(flushDelayMs({ isAsked: false, isRetry: true, sinceSentMs: 250 }), 0);
});

test('behind a refusal a flush waits for what is left of the 250 ms', () => {
  assert.equal(flushDelayMs({ isAsked: false, isRetry: false, sinceSentMs: 100 }), 150);
  assert.equal(flushDelayMs({ isAsked: false, isRetry: false, sinceSentMs: 1000 }), 0);
});
