import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepAfterMs } from '../../../../src/ops-server/cluster/counts-keeper.ts';

describe('what a process counts is written down again', () => {
  for (const [tookMs, afterMs, why] of [
    [0, 5000, 'after five seconds'],
    [1, 5000, 'after five seconds where it takes a millisecond'],
    [5, 5000, 'after five seconds where that is a thousandth of the time'],
    [23, 23_000, 'later where it takes longer, so that it is no more than a thousandth'],
    [200, 60_000, 'after a minute at the latest'],
    [Infinity, 60_000, 'after a minute at the latest, whatever the clock says'],
  ] as const)
    it(why, () => assert.equal(keepAfterMs(tookMs), afterMs));
});
