import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createQueue, groupsOf, halves } from '../../../src/export/queue.ts';

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
    groupsOf(batch!).map(({ scope, records }) => [scope, records.map((record) => record[0])]),
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
  assert.equal(queue.take(2, 1e6)?.records, 2);
  assert.equal(queue.take(10, 150)?.records, 1);
  assert.equal(groupsOf(queue.take(10, 150)!)[0]?.records[0]?.length, 5000);
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
    taken += queue.take(round % 2 === 0 ? 250 : 320, 1e6)?.records ?? 0;
  }
  for (let batch = queue.take(1000, 1e6); batch !== undefined; batch = queue.take(1000, 1e6)) taken += batch.records;
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

test('memory of records that have left is not held while others wait', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const queue = createQueue({ maxBytes: 1e9, maxRecords: Infinity });
  const record = bytes(1000);
  const scope = new WeakRef(bytes(1));
  queue.add(scope.deref()!, record, 1);
  for (let n = 0; n < 20_000; n++) queue.add(scopeA, record, 1);
  const memory = new WeakRef(groupsOf(queue.take(10_000, 1e9)!)[0]!.records[0]!.buffer);
  await new Promise(setImmediate); // until then a WeakRef that was read holds its target
  collectGarbage();
  assert.equal(memory.deref(), undefined);
  assert.equal(scope.deref(), undefined);
  assert.equal(queue.records, 10_001);
});

test('records are as they were when they were added, small ones and large ones by turns, whatever becomes of the memory they came in', () => {
  const queue = createQueue({ maxBytes: 1e9, maxRecords: Infinity });
  const memory = bytes(20_000);
  const added: Buffer[] = [];
  for (let n = 0; n < 600; n++) {
    const record = memory.subarray(0, n % 7 === 0 ? 20_000 : n).fill(n % 256);
    added.push(Buffer.from(record));
    queue.add(n % 2 === 0 ? scopeA : scopeB, record, 1);
  }
  const taken = new Map<Uint8Array, Uint8Array[]>([
    [scopeA, []],
    [scopeB, []],
  ]);
  for (let batch = queue.take(50, 1e6); batch !== undefined; batch = queue.take(50, 1e6))
    for (const half of halves(batch)) for (const { scope, records } of groupsOf(half)) taken.get(scope)?.push(...records);
  for (const [scope, rest] of [
    [scopeA, 0],
    [scopeB, 1],
  ] as const)
    assert.deepEqual(
      taken.get(scope)?.map((record) => Buffer.from(record).toString('hex')),
      added.filter((_, n) => n % 2 === rest).map((record) => record.toString('hex')),
    );
});

test('a record of its own size waits beside thousands of small ones: small memory for small ones', () => {
  const queue = createQueue({ maxBytes: 1e9, maxRecords: Infinity });
  for (let n = 0; n < 100; n++) {
    queue.add(scopeA, bytes(10_000), 1);
    queue.add(scopeA, bytes(100), 1);
  }
  const [group] = groupsOf(queue.take(1000, 1e9)!);
  const memory = new Set(group?.records.map(({ buffer }) => buffer));
  assert.ok([...memory].reduce((sum, { byteLength }) => sum + byteLength, 0) < 1_200_000);
});

test('what a record counts for adds up', () => {
  const queue = createQueue({ maxBytes: 1e6, maxRecords: Infinity });
  queue.add(scopeA, bytes(1), 3);
  queue.add(scopeB, bytes(1), 4);
  assert.equal(queue.take(10, 1e6)?.weight, 7);
});
