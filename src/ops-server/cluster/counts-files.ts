/**
 * What the processes of a cluster have counted, written down: by each of its own, every few seconds and as it ends, so that a process that is
 * killed takes no more with it than the last seconds; by the one that serves of those that have ended.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { attempt, contain } from '../../runtime/contain.ts';
import { whatStays } from './merge.ts';
import { filesOf, type MeetingPlace } from './meeting-place.ts';
import type { MetricSnapshot } from './snapshot.ts';

/** What a process had counted. */
export interface Counts {
  /** Its number in the cluster. */
  readonly worker: string;
  readonly pid: number;
  /** Rises with each time that it was looked. */
  readonly sequence: number;
  readonly metrics: readonly MetricSnapshot[];
}

/** What all those had counted that have ended. */
export interface EndedCounts {
  /** Who was added last: a process that was killed while it added must not add one of them twice. */
  readonly workers: readonly string[];
  readonly metrics: readonly MetricSnapshot[];
}

export const NO_COUNTS: EndedCounts = { workers: [], metrics: [] };

/** @returns what writes the counts of one process; nothing is written that was written before. */
export function createCountsWriter(place: MeetingPlace): (counts: Counts) => void {
  let before: Buffer = Buffer.alloc(0);
  return ({ metrics, ...about }) =>
    contain('writing down what was counted', () => {
      const bytes = serialize(whatStays(metrics));
      if (bytes.equals(before)) return;
      before = bytes;
      write(countsPath(place, about.worker), serialize({ ...about, metrics: bytes } satisfies Written));
    });
}

export function readCounts(place: MeetingPlace, worker: string): Counts | undefined {
  return read(countsPath(place, worker));
}

/** Of all processes that wrote some. */
export function readAllCounts(place: MeetingPlace): Counts[] {
  return filesOf(place, /^\.w(\w+)\.counts$/)
    .map(({ path }) => read(path))
    .filter((counts) => counts !== undefined);
}

export function deleteCounts(place: MeetingPlace, worker: string): void {
  attempt(() => rmSync(countsPath(place, worker), { force: true }));
}

export function readEnded(place: MeetingPlace): EndedCounts {
  return attempt(() => deserialize(readFileSync(endedPath(place))) as EndedCounts, NO_COUNTS);
}

export function writeEnded(place: MeetingPlace, ended: EndedCounts): void {
  contain('writing down what ended processes had counted', () => write(endedPath(place), serialize(ended)));
}

/** When the cluster is over. */
export function deleteAllCounts(place: MeetingPlace): void {
  for (const { path } of filesOf(place, /^\.(w\w+|ended)\.counts$/)) attempt(() => rmSync(path, { force: true }));
}

/** In a file, metrics are bytes of their own, by which it is seen whether they changed. */
type Written = Omit<Counts, 'metrics'> & { readonly metrics: Uint8Array };

function read(path: string): Counts | undefined {
  return attempt(() => {
    const { metrics, ...about } = deserialize(readFileSync(path)) as Written;
    return { ...about, metrics: deserialize(metrics) as MetricSnapshot[] };
  });
}

/** At once: whoever reads it finds the old or the new, and a process that ends does not end before. */
function write(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function countsPath({ folder, name }: MeetingPlace, worker: string): string {
  return join(folder, `${name}.w${worker}.counts`);
}

function endedPath({ folder, name }: MeetingPlace): string {
  return join(folder, `${name}.ended.counts`);
}
