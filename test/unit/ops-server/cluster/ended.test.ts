import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCountsWriter, deleteAllCounts, readAllCounts, readCounts } from '../../../../src/ops-server/cluster/counts-files.ts';
import { createEnded, newestSeries } from '../../../../src/ops-server/cluster/ended.ts';
import type { MeetingPlace } from '../../../../src/ops-server/cluster/meeting-place.ts';
import { createSnapshotWriter, type MetricSnapshot } from '../../../../src/ops-server/cluster/snapshot.ts';
import { descriptor, number, writeAll } from '../exposition/kit.ts';

let place: MeetingPlace;
beforeEach(() => (place = { folder: mkdtempSync(join(tmpdir(), 'signalbox-test-')), name: '1-abc' }));
afterEach(() => rmSync(place.folder, { recursive: true, force: true }));

function orders(value: number, attributes: Record<string, string> = {}): MetricSnapshot[] {
  const writer = createSnapshotWriter();
  writeAll(writer, [{ descriptor: descriptor('orders'), points: [number(value, attributes)] }]);
  return writer.take();
}
const valueOf = (metrics: readonly MetricSnapshot[]): unknown => (metrics[0]?.samples[0] as { value: number } | undefined)?.value;

describe('what ended processes had counted', () => {
  it('is added up, and outlives the process that added it up', () => {
    const ended = createEnded(place);
    ended.add('1', orders(3));
    ended.add('2', orders(4));
    assert.equal(valueOf(ended.metrics), 7);
    assert.equal(valueOf(createEnded(place).metrics), 7);
  });

  it('is added once, though the one that added it was killed before it could remove the file', () => {
    const write = createCountsWriter(place);
    createEnded(place).add('1', orders(3));
    write({ worker: '1', pid: 1, sequence: 1, metrics: orders(3) });
    const next = createEnded(place);
    next.add('1', orders(3));
    assert.equal(valueOf(next.metrics), 3);
    assert.deepEqual(readAllCounts(place), []);
  });

  it('does not grow for ever: the oldest series go', () => {
    const writer = createSnapshotWriter();
    writeAll(writer, [{ descriptor: descriptor('orders'), points: [1, 2, 3].map((run) => number(run, { run: String(run) })) }]);
    const metrics = [...writer.take(), ...orders(1)];
    const valuesOf = (all: readonly MetricSnapshot[]): unknown => all.map(({ samples }) => samples.map((sample) => 'value' in sample && sample.value)); // prettier-ignore
    assert.deepEqual(valuesOf(newestSeries(metrics, 2)), [[2, 3], [1]]);
    assert.deepEqual(newestSeries(metrics, 3), metrics);
  });

  it('is in files that have no secrets, and of which a broken one does no harm', () => {
    const write = createCountsWriter(place);
    write({ worker: '1', pid: 7, sequence: 1, metrics: orders(3, { password: 'hunter2' }) });
    assert.doesNotMatch(JSON.stringify(readCounts(place, '1')), /hunter2/);
    assert.deepEqual([readCounts(place, '1')?.pid, valueOf(readCounts(place, '1')?.metrics ?? [])], [7, 3]);
    writeFileSync(join(place.folder, '1-abc.w2.counts'), 'broken');
    writeFileSync(join(place.folder, '1-abc.ended.counts'), 'broken');
    assert.deepEqual(readAllCounts(place).map(({ worker }) => worker), ['1']); // prettier-ignore
    assert.deepEqual(createEnded(place).metrics, []);
    deleteAllCounts(place);
    assert.deepEqual(readdirSync(place.folder), []);
  });
});
