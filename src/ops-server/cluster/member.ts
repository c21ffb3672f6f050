/** A worker of a cluster: tells the primary what it has recorded, when it is asked and as it ends. */
import { connect, type Socket } from 'node:net';
import type { MetricSource } from '../../otlp/metric-writer.ts';
import { setTimeout } from '../../runtime/captured.ts';
import { attempt, contain, contained } from '../../runtime/contain.ts';
import { atEnd } from '../../runtime/end-work.ts';
import { readFrames, sendFrame, socketPath, type Question } from './frames.ts';
import { createSnapshotWriter } from './snapshot.ts';

const TRY_AGAIN_MS = 500;
/** The primary opens its socket within a second, unless it runs without signalbox. */
const MOST_TRIES = 20;

export interface MemberOptions {
  readonly source: MetricSource;
  /** What its gauges are told by. */
  readonly name: string;
  /** The primary did not answer: it runs without signalbox, or without the port. */
  readonly onAlone: () => void;
  readonly primaryPid?: number;
}

export function joinHub(options: MemberOptions, tries = 0): void {
  const { name, onAlone, primaryPid = process.ppid, source } = options;
  const socket = connect(socketPath(primaryPid));
  let isJoined = false;
  socket.unref();
  socket.on('connect', () => {
    isJoined = true;
    endWith(socket, source, name);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (tries >= MOST_TRIES) return onAlone();
    setTimeout(() => contain('joining the cluster', () => joinHub(options, isJoined ? 0 : tries + 1)), TRY_AGAIN_MS).unref();
  });
  readFrames<Question>(socket, ({ id }) => {
    const snapshot = createSnapshotWriter();
    source.collect(snapshot).then(
      () => sendFrame(socket, { worker: name, id, metrics: snapshot.take() }),
      (error: unknown) => contained('collecting for the primary of the cluster', error),
    );
  });
}

/** The process ends: what it counted last must not be lost with it. */
function endWith(socket: Socket, source: MetricSource, name: string): void {
  atEnd(() => {
    if (socket.destroyed) return;
    const snapshot = createSnapshotWriter();
    source.collectNow(snapshot);
    // Written before the process is gone, also when it is more than the system takes at once.
    attempt(() => (socket as unknown as { _handle: { setBlocking(is: boolean): void } })._handle.setBlocking(true));
    sendFrame(socket, { worker: name, id: undefined, metrics: snapshot.take() });
  });
}
