/** The primary of a cluster: asks its workers what they have recorded, and keeps what those counted that have ended. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { MetricSource, SeriesLabels } from '../../otlp/metric-writer.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { attempt, contain, contained } from '../../runtime/contain.ts';
import { readFrames, sendFrame, socketPath, type Answer } from './frames.ts';
import { asMetrics, mergeMembers, whatStays, writeMerged, type Member } from './merge.ts';
import { createSnapshotWriter, type MetricSnapshot, type Sample } from './snapshot.ts';

/** A worker whose event loop is held up is served as it was. */
const ANSWER_WITHIN_MS = 1000;

export interface Hub {
  /** What all processes of the cluster have recorded together. */
  readonly source: MetricSource;
  close(): void;
}

interface WorkerState {
  readonly socket: Socket;
  name: string;
  metrics: readonly MetricSnapshot[];
  /** Called with each answer. */
  onAnswer: ((id: number | undefined) => void) | undefined;
}

interface HubState {
  readonly own: MetricSource;
  readonly workers: Set<WorkerState>;
  /** Of workers that have ended. */
  ended: MetricSnapshot[];
  /** Of series, by what they are. */
  labels: Map<string, SeriesLabels>;
  question: number;
}

export function openHub(own: MetricSource): Hub {
  const state: HubState = { own, workers: new Set(), ended: [], labels: new Map(), question: 0 };
  const path = socketPath(process.pid);
  // One of a process that had this number before.
  attempt(() => rmSync(path, { force: true }));
  const server = createServer((socket) => contain('taking in a worker of the cluster', () => accept(state, socket)));
  server.on('error', (error) => contained('listening to the workers of the cluster', error));
  server.listen({ path }, () => attempt(() => chmodSync(path, 0o600)));
  server.unref();
  return {
    source: { collect: (writer, options) => collect(state, writer, options), collectNow: (writer) => own.collectNow(writer) },
    close() {
      for (const { socket } of state.workers) socket.destroy();
      server.close();
      attempt(() => rmSync(path, { force: true }));
    },
  };
}

function accept(state: HubState, socket: Socket): void {
  const worker: WorkerState = { socket, name: '', metrics: [], onAnswer: undefined };
  socket.unref();
  socket.on('error', () => socket.destroy());
  state.workers.add(worker);
  readFrames<Answer>(socket, ({ id, metrics, worker: name }) => {
    worker.name = name;
    worker.metrics = metrics;
    worker.onAnswer?.(id);
  });
  socket.on('close', () => {
    state.workers.delete(worker);
    worker.onAnswer?.(undefined);
    const before: Member[] = [{ name: '', metrics: state.ended }, { name: worker.name, metrics: whatStays(worker.metrics) }]; // prettier-ignore
    state.ended = asMetrics(mergeMembers(before, newLabels));
  });
}

async function collect(state: HubState, ...[writer, options]: Parameters<MetricSource['collect']>): Promise<void> {
  const snapshot = createSnapshotWriter();
  await Promise.all([state.own.collect(snapshot, options), ...Array.from(state.workers, (worker) => ask(worker, ++state.question))]);
  const members: Member[] = [
    { name: 'primary', metrics: snapshot.take() },
    ...Array.from(state.workers, ({ metrics, name }) => ({ name, metrics })),
    { name: 'ended', metrics: state.ended },
  ];
  const seen = new Map<string, SeriesLabels>();
  const labelsOf = (key: string, sample: Sample): SeriesLabels => {
    const labels = state.labels.get(key) ?? newLabels(key, sample);
    seen.set(key, labels);
    return labels;
  };
  writeMerged(mergeMembers(members, labelsOf), writer);
  state.labels = seen;
}

function newLabels(_key: string, { attributes }: Sample): SeriesLabels {
  return { attributes, protobuf: undefined, json: undefined, text: undefined };
}

function ask(worker: WorkerState, id: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      worker.onAnswer = undefined;
      resolve();
    };
    const timer = setTimeout(done, ANSWER_WITHIN_MS).unref();
    worker.onAnswer = (answered) => {
      if (answered === undefined || answered === id) done();
    };
    sendFrame(worker.socket, { id });
  });
}
