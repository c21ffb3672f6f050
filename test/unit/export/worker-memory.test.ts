import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ARMED, KINDS, WRITTEN, type WorkerAnnouncement } from '../../../src/export/worker-memory.ts';
import { createWorkerReader, type WorkerReader } from '../../../src/export/worker-reader.ts';
import { createWorkerWriter, type WorkerWriter } from '../../../src/export/worker-writer.ts';

const OUTLETS = 3;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (payload: Uint8Array): string => Buffer.from(payload).toString();
const alive = (): boolean => false;

interface Line {
  readonly announced: WorkerAnnouncement[];
  readonly seen: string[];
  readonly writer: WorkerWriter;
  readonly reader: WorkerReader;
  /** What was announced reaches the reader, and everything is read. */
  read(isOver?: () => boolean): number;
}

function createLine(maxBytes = 1e6, threadId = 1): Line {
  const announced: WorkerAnnouncement[] = [];
  const seen: string[] = [];
  const writer = createWorkerWriter({
    threadId,
    outlets: OUTLETS,
    maxBytes,
    announce: (announcement) => void announced.push(announcement),
  });
  const reader = createWorkerReader({
    outlets: OUTLETS,
    onRecord: (outlet, scope, record, weight) => void seen.push(`${outlet} ${text(scope)} ${text(record)} ${weight}`),
    onDrop: (outlet, reason, records) => void seen.push(`${outlet} ${reason} ${records}`),
    onMeasurement: (thread, kind, index, payload) => void seen.push(`${thread} ${kind} ${index} ${text(payload)}`),
    onEnd: (thread) => void seen.push(`${thread} ended`),
  });
  const read = (isOver = alive): number => {
    for (const announcement of announced.splice(0)) reader.accept(announcement);
    return reader.read(isOver);
  };
  return { announced, seen, writer, reader, read };
}

describe('what a worker thread writes', () => {
  it('is read in its order, each record with its scope, whatever its length', () => {
    const { seen, writer, read } = createLine();
    const scope = bytes('scope');
    for (const record of ['', 'a', 'ab', 'abc', 'abcd', 'abcde']) writer.addRecord(0, scope, bytes(record), 1);
    writer.addRecord(1, bytes('other'), bytes('log'), 2);
    writer.write(KINDS.measurement, 2, 4, 0, bytes('[1,{}]'));
    read();
    assert.deepEqual(seen, [
      ...['', 'a', 'ab', 'abc', 'abcd', 'abcde'].map((record) => `0 scope ${record} 1`),
      '1 other log 2',
      '1 3 4 [1,{}]',
    ]);
    assert.equal(read(), 0);
  });

  it('goes on in a new segment when one is full, and a record may be larger than a segment', () => {
    const { announced, seen, writer, read } = createLine(64e6);
    const scope = bytes('s');
    const records = [...Array.from({ length: 2000 }, (_, i) => `${i}`.padEnd(400, '.')), 'x'.repeat(3e6), 'last'];
    for (const record of records) writer.addRecord(0, scope, bytes(record), 1);
    assert.ok(announced.filter(({ segment }) => segment !== undefined).length > 3);
    read();
    assert.deepEqual(
      seen,
      records.map((record) => `0 s ${record} 1`),
    );
  });

  it('is read as it stands when it is cut off in the middle of an entry', () => {
    const { announced, seen, writer, read } = createLine();
    writer.addRecord(0, bytes('s'), bytes('whole'), 1);
    const words = new Int32Array(announced[0]?.segment as SharedArrayBuffer);
    // As the writer does before it makes an entry visible.
    words.fill(99, (words[WRITTEN] as number) / 4, (words[WRITTEN] as number) / 4 + 8);
    read();
    assert.deepEqual(seen, ['0 s whole 1']);
  });

  it('is dropped and counted when the main thread does not read, and written again when it has read', () => {
    const { seen, writer, read } = createLine(4096);
    const scope = bytes('s');
    for (let i = 0; i < 100; i++) writer.addRecord(0, scope, bytes('r'.repeat(100)), 1);
    read();
    const kept = seen.filter((line) => line.startsWith('0 s')).length;
    assert.ok(kept > 10 && kept < 100);
    assert.equal(seen.at(-1), `0 queue_full ${100 - kept}`);
    writer.addRecord(0, scope, bytes('again'), 1);
    read();
    assert.equal(seen.at(-1), '0 s again 1');
  });

  it('is announced once more only after the main thread has asked for it', () => {
    const { announced, reader, writer, read } = createLine();
    const scope = bytes('s');
    writer.addRecord(0, scope, bytes('a'), 1);
    writer.addRecord(0, scope, bytes('b'), 1);
    assert.equal(announced.length, 1);
    const { control } = announced[0] as WorkerAnnouncement;
    read();
    reader.arm();
    assert.equal(new Int32Array(control)[ARMED], 1);
    writer.addRecord(0, scope, bytes('c'), 1);
    writer.addRecord(0, scope, bytes('d'), 1);
    assert.equal(announced.length, 1);
    assert.equal(read(), 2);
  });

  it('is read to its end when the thread has ended, by itself or not, and then forgotten', () => {
    for (const isTerminated of [false, true]) {
      const { seen, writer, read } = createLine();
      writer.addRecord(0, bytes('s'), bytes('last'), 1);
      if (!isTerminated) writer.end();
      read(() => isTerminated);
      assert.deepEqual(seen, ['0 s last 1', '1 ended']);
      read(() => true);
      assert.equal(seen.length, 2);
    }
  });

  it('has scopes that are made up for each record, and does not remember them all', () => {
    const { seen, writer, read } = createLine(64e6);
    for (let i = 0; i < 10_000; i++) writer.addRecord(0, bytes(`scope ${i}`), bytes('r'), 1);
    read();
    assert.equal(seen[9999], '0 scope 9999 r 1');
    assert.equal(new Set(seen).size, 10_000);
  });
});
