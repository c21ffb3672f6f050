/** The process of a cluster that has the ops port: asks the others when it is asked, and keeps what those counted that have ended. */
import type { Server, Socket } from 'node:net';
import type { ReceivedAlert } from '../../runtime/alert-handlers.ts';
import type { HealthReport } from '../../app/health/check.ts';
import type { MetricSource, MetricWriter, SeriesLabels } from '../../otlp/metric-writer.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';
import { createEnded, type Ended } from './ended.ts';
import { readFrames, sendFrame, type Answer, type Question } from './frames.ts';
import { reportOf, type LocalAnswers, type ReportKind } from './local-answers.ts';
import { isAlive, type MeetingPlace } from './meeting-place.ts';
import { mergeHealth, type ProcessHealth } from './merge-health.ts';
import { mergeMembers, newLabels, whatStays, writeMerged, type Member } from './merge.ts';
import { readAllCounts, readCounts } from './counts-files.ts';
import type { CountsKeeper } from './counts-keeper.ts';
import { createSnapshotWriter, type MetricSnapshot, type Sample } from './snapshot.ts';

/** A process whose event loop is held up longer is served as it was. */
const METRICS_WITHIN_MS = 1000;
/** A process whose event loop is held up longer has taken it when it goes on: nobody else is asked, for it would run twice. */
const ALERT_WITHIN_MS = 2000;
/** More than the longest check may take. */
const REPORT_MARGIN_MS = 500;
const LOOK_EVERY_MS = 50;
const MOST_LOOKS = 20;

export interface Hub {
  /** What all processes of the cluster have recorded together. */
  readonly metrics: MetricSource;
  report(kind: ReportKind): Promise<HealthReport>;
  /** Hands it to the first process that has a handler for it. @returns whether there is one. */
  takeAlert(alert: ReceivedAlert): Promise<boolean>;
  /** Settles when those are here that were with the one that served before, and after a second at the latest. */
  whenJoined(): Promise<void>;
  close(): void;
}

/** A process did not answer in time, or did not take an alert in time. */
export type OnLate = (worker: string, pid: number, kind: 'metrics' | 'alert') => void;

export interface HubOptions {
  readonly place: MeetingPlace;
  readonly local: LocalAnswers;
  /** The number of this process in the cluster, or `primary`. */
  readonly worker: string;
  readonly isPrimary: boolean;
  /** What is scraped of this process is written down by it. */
  readonly counts: CountsKeeper | undefined;
  readonly onLate: OnLate;
}

/** One of the others, for as long as it lives. */
interface Worker {
  readonly name: string;
  readonly pid: number;
  /** `undefined` of one that is not connected: its counts were read from its file. */
  socket: Socket | undefined;
  sequence: number;
  metrics: readonly MetricSnapshot[];
  longestCheckMs: number;
  /** What it was asked and has not answered. */
  readonly asked: Map<number, { readonly kind: Question['kind']; readonly settle: Set<(answer: Answer | undefined) => void> }>;
}

interface HubState extends HubOptions {
  readonly workers: Map<string, Worker>;
  readonly ended: Ended;
  /** Of series, by what they are. */
  labels: Map<string, SeriesLabels>;
  question: number;
}

export function openHub(server: Server, options: HubOptions): Hub {
  const { local, place } = options;
  const state: HubState = { ...options, workers: new Map(), ended: createEnded(place), labels: new Map(), question: 0 };
  for (const { metrics, pid, sequence, worker } of readAllCounts(place))
    if (worker !== options.worker) Object.assign(workerOf(state, worker, pid), { metrics, sequence });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    contain('accepting a process of the cluster', () => accept(state, socket));
  });
  return {
    metrics: {
      collect: (writer, { limitMs } = {}) => collect(state, writer, limitMs),
      collectNow: (writer) => local.metrics?.collectNow(writer),
    },
    report: (kind) => report(state, kind),
    takeAlert: (alert) => takeAlert(state, alert),
    whenJoined: () => whenJoined(state),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function workerOf({ workers }: HubState, name: string, pid: number): Worker {
  const known = workers.get(name);
  if (known?.pid === pid) return known;
  const worker: Worker = { name, pid, socket: undefined, sequence: 0, metrics: [], longestCheckMs: 0, asked: new Map() };
  workers.set(name, worker);
  return worker;
}

function accept(state: HubState, socket: Socket): void {
  let worker: Worker | undefined;
  socket.unref();
  socket.on('error', () => socket.destroy());
  readFrames<Answer>(socket, (answer) => {
    worker ??= workerOf(state, answer.worker, answer.pid);
    if (worker.socket !== socket) forgetQuestions(worker);
    worker.socket = socket;
    worker.longestCheckMs = answer.longestCheckMs;
    if (answer.metrics !== undefined) {
      worker.sequence = answer.metrics.sequence;
      worker.metrics = answer.metrics.snapshot;
    }
    if (answer.id === undefined) return;
    const asked = worker.asked.get(answer.id);
    worker.asked.delete(answer.id);
    for (const settle of asked?.settle ?? []) settle(answer);
  });
  socket.on('close', () => {
    if (worker?.socket === socket) contain('seeing a process of the cluster end', () => leave(state, worker as Worker));
  });
}

/** It has written down what it counted last, unless it was killed. */
function leave({ place }: HubState, worker: Worker): void {
  worker.socket = undefined;
  const written = readCounts(place, worker.name);
  const isNewer = written?.pid === worker.pid && written.sequence > worker.sequence;
  worker.metrics = whatStays(isNewer ? written.metrics : worker.metrics);
  forgetQuestions(worker);
}

function forgetQuestions({ asked }: Worker): void {
  for (const { settle } of asked.values()) for (const each of settle) each(undefined);
  asked.clear();
}

/** Of those that are gone, only what they counted stays. */
function forgetDead({ ended, workers }: HubState): void {
  for (const worker of workers.values()) {
    if (worker.socket !== undefined || isAlive(worker.pid)) continue;
    workers.delete(worker.name);
    ended.add(worker.name, worker.metrics);
  }
}

async function collect(state: HubState, writer: MetricWriter, limitMs: number | undefined): Promise<void> {
  const { ended, worker, workers } = state;
  const [own] = await Promise.all([
    collectOwn(state, limitMs),
    ...Array.from(workers.values(), async (each) => {
      if (each.socket === undefined) return;
      const answer = await ask(state, each, 'metrics', METRICS_WITHIN_MS);
      if (answer === undefined && each.socket !== undefined) state.onLate(each.name, each.pid, 'metrics');
    }),
  ]);
  forgetDead(state);
  const members: Member[] = [
    { name: worker, metrics: own },
    ...Array.from(workers.values(), ({ metrics, name }) => ({ name, metrics })),
    { name: 'ended', metrics: ended.metrics },
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

async function collectOwn({ counts, local }: HubState, limitMs: number | undefined): Promise<readonly MetricSnapshot[]> {
  if (counts !== undefined) return (await counts.collect(limitMs)).snapshot;
  const writer = createSnapshotWriter();
  await local.metrics?.collect(writer, limitMs === undefined ? {} : { limitMs });
  return writer.take();
}

async function report(state: HubState, kind: ReportKind): Promise<HealthReport> {
  const { isPrimary, local, worker, workers } = state;
  const connected = [...workers.values()].filter(({ socket }) => socket !== undefined);
  const [own, ...others] = await Promise.all([reportOf(local, kind), ...connected.map((each) => reportOfWorker(state, each, kind))]);
  const here = others.filter((other) => other !== undefined);
  return mergeHealth({ worker, pid: process.pid, report: own, waitedMs: 0 }, here, isPrimary);
}

/** `undefined` of one that has ended meanwhile. */
async function reportOfWorker(state: HubState, worker: Worker, kind: ReportKind): Promise<ProcessHealth | undefined> {
  const waitedMs = worker.longestCheckMs + REPORT_MARGIN_MS;
  const answer = await ask(state, worker, kind, waitedMs);
  if (worker.socket === undefined) return undefined;
  return { worker: worker.name, pid: worker.pid, report: answer?.report, waitedMs };
}

/** In an order that stays: who has run the handler for a firing is asked first when it is sent again. */
async function takeAlert(state: HubState, alert: ReceivedAlert): Promise<boolean> {
  if (state.local.takeAlert(alert)) return true;
  for (const worker of state.workers.values()) {
    if (worker.socket === undefined) continue;
    const answer = await ask(state, worker, 'alert', ALERT_WITHIN_MS, alert);
    if (answer?.isTaken === true) return true;
    // One that has ended meanwhile has not taken it, as far as anybody knows.
    if (answer !== undefined || worker.socket === undefined) continue;
    state.onLate(worker.name, worker.pid, 'alert');
    return true;
  }
  return false;
}

/** `undefined` when it does not answer in time. One that has not answered is not asked the same again. */
function ask(
  state: HubState,
  { asked, socket }: Worker,
  kind: Question['kind'],
  withinMs: number,
  alert?: ReceivedAlert,
): Promise<Answer | undefined> {
  let question = alert === undefined ? [...asked.values()].find((each) => each.kind === kind) : undefined;
  if (question === undefined) {
    const id = ++state.question;
    asked.set(id, (question = { kind, settle: new Set() }));
    if (socket !== undefined) sendFrame(socket, { id, kind, ...(alert !== undefined && { alert }) });
  }
  const { settle } = question;
  return new Promise((resolve) => {
    const done = (answer: Answer | undefined): void => {
      clearTimeout(timer);
      settle.delete(done);
      resolve(answer);
    };
    const timer = setTimeout(() => done(undefined), withinMs).unref();
    settle.add(done);
  });
}

function whenJoined(state: HubState, looks = 0): Promise<void> {
  forgetDead(state);
  const isComplete = [...state.workers.values()].every(({ socket }) => socket !== undefined);
  if (isComplete || looks >= MOST_LOOKS) return Promise.resolve();
  return new Promise((resolve) => setTimeout(() => resolve(whenJoined(state, looks + 1)), LOOK_EVERY_MS).unref());
}
