import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countDropped, createAccount, droppedTotal, inFlight } from '../../../src/diagnostics/account.ts';

test('what was produced and is neither acknowledged nor dropped is in flight', () => {
  const account = createAccount('logs');
  account.produced = 10;
  account.acknowledged = 4;
  countDropped(account, 'queue_full', 2);
  countDropped(account, 'queue_full', 1);
  countDropped(account, 'refused', 1);
  countDropped(account, 'rejected', 0);
  assert.deepEqual(
    [...account.dropped],
    [
      ['queue_full', 3],
      ['refused', 1],
    ],
  );
  assert.equal(droppedTotal(account), 4);
  assert.equal(inFlight(account), 2);
});
