import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createQueue } from '../../../src/export/queue.ts';

const bytes = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill);
const scopeA = bytes(1, 65);
const scopeB = bytes(1, 66);

test('records leave oldest first, grouped by scope', () => {
  const queue = createQueue({ maxBytes: 1e6, maxRecords: Infinity });
  for (const [scope, id] of [
    [scopeA, 1],
    [scopeB, 2],
    [scopeA, 3],
  ] as const)
    queue.add(scope, bytes(1, id), 1);
  const batch = queue.take(10, 1e6);
  assert.deepEqual(
    batch?.groups.map(({ scope, records }) => [scope, records.map((record) => record[0])]),
    [
      [scopeA, [1, 3]],
      [scopeB, [2]],
    ],
  );
  assert.equal(queue.records, 0);
  assert.equal(queue.take(10, 1e6), undefined);
});

test('a batch holds at most so many records and bytes, and at least one record', () => {
  const queue = createQueue({ maxBytes: 1e6, maxRecords: Infinity });
  for (const size of [100, 100, 100, 5000]) queue.add(scopeA, bytes(size), 1);
  assert.equal(queue.take(2, 1e6)?.entries.length, 2);
  assert.equal(queue.take(10, 150)?.entries.length, 1);
  assert.equal(queue.take(10, 150)?.entries[0]?.record.length, 5000);
});

test('a record without room is not taken, whether bytes or number bound the queue', () => {
  const small = createQueue({ maxBytes: 1000, maxRecords: Infinity });
  assert.equal(small.add(scopeA, bytes(500), 1), true);
  assert.equal(small.add(scopeA, bytes(500), 1), false);
  assert.equal(small.records, 1);
  const few = createQueue({ maxBytes: 1e6, maxRecords: 2 });
  assert.deepEqual(
    [1, 2, 3].map(() => few.add(scopeA, bytes(1), 1)),
    [true, true, false],
  );
});

test('bytes are given back as records leave, however often the queue fills and empties', () => {
  const queue = createQueue({ maxBytes: 1e6, maxRecords: Infinity });
  let added = 0;
  let taken = 0;
  for (let round = 0; round < 50; round++) {
    for (let n = 0; n < 300; n++) added += Number(queue.add(scopeA, bytes(10), 1));
    taken += queue.take(round % 2 === 0 ? 250 : 320, 1e6)?.entries.length ?? 0;
  }
  for (let batch = queue.take(1000, 1e6); batch !== undefined; batch = queue.take(1000, 1e6)) taken += batch.entries.length;
  assert.equal(taken, added);
  assert.equal(queue.add(scopeA, bytes(999_000), 1), true);
});

test('a scope that a record brings along takes its room, one that it shares with the record before does not', () => {
  const scope = bytes(1000);
  const shared = createQueue({ maxBytes: 3000, maxRecords: Infinity });
  assert.deepEqual(
    [1, 2, 3].map(() => shared.add(scope, bytes(1), 1)),
    [true, true, true],
  );
  const own = createQueue({ maxBytes: 3000, maxRecords: Infinity });
  assert.deepEqual(
    [1, 2, 3].map(() => own.add(bytes(1000), bytes(1), 1)),
    [true, true, false],
  );
  own.take(2, 1e6);
  assert.equal(own.add(bytes(2000), bytes(1), 1), true);
});

test('a record that has left is not held while others wait', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const queue = createQueue({ maxBytes: 1e6, maxRecords: Infinity });
  const record = new WeakRef(bytes(1));
  queue.add(scopeA, record.deref()!, 1);
  queue.add(scopeA, bytes(1), 1);
  queue.take(1, 1e6);
  await new Promise(setImmediate); // until then a WeakRef that was read holds its target
  collectGarbage();
  assert.equal(record.deref(), undefined);
  assert.equal(queue.records, 1);
});

test('what a record counts for adds up', () => {
  const queue = createQueue({ maxBytes: 1e6, maxRecords: Infinity });
  queue.add(scopeA, bytes(1), 3);
  queue.add(scopeB, bytes(1), 4);
  assert.equal(queue.take(10, 1e6)?.weight, 7);
});
