/**
 * Takes in what the worker threads of this process record: `export/worker-memory.ts` says how it gets here.
 *
 * A worker learns from the environment data of `node:worker_threads` that there is telemetry, and announces its memory on a
 * `BroadcastChannel`: an application sees neither among its own messages, and both can be read at once while the process ends.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { BroadcastChannel, receiveMessageOnPort, setEnvironmentData, type MessagePort, type Worker } from 'node:worker_threads';
import { WORKER_SETTINGS, type WorkerSettings } from '../config/worker-settings.ts';
import type { WorkerAnnouncement } from '../export/worker-memory.ts';
import type { WorkerReader } from '../export/worker-reader.ts';
import { clearTimeout, monotonicNanos, setTimeout } from '../runtime/captured.ts';
import { contain } from '../runtime/contain.ts';

/** While workers record, what they wrote is read so often. */
const READ_EVERY_MS = 100;
/** Published by Node.js for each worker that is created. */
const CREATED = 'worker_threads';
const MOST_REMEMBERED = 256;

export interface WorkerThreadsOptions {
  /** Asked when the first worker is created: most processes have none. */
  readonly settings: () => Omit<WorkerSettings, 'channel'>;
  /** @param read - takes in what there is, and notices which threads are gone. */
  readonly createReader: (read: () => void) => WorkerReader;
}

export interface WorkerThreads {
  /** Take in what workers have recorded until now. */
  read(): void;
  stop(): void;
}

interface Listening {
  readonly channel: BroadcastChannel;
  readonly reader: WorkerReader;
  readonly settings: WorkerSettings;
  /** Workers by their ids; one that is over has the id -1, and one that is terminated cannot say so itself. */
  readonly workers: Map<number, WeakRef<Worker>>;
  timer: NodeJS.Timeout | undefined;
}

let isHidden = false;

/** Run `create`, which makes a worker of our own: in that there is no telemetry. */
export function withoutTelemetry<T>(create: () => T): T {
  isHidden = true;
  try {
    return create();
  } finally {
    isHidden = false;
  }
}

export function watchWorkerThreads({ settings, createReader }: WorkerThreadsOptions): WorkerThreads {
  let listening: Listening | undefined;

  function listen(): Listening {
    const name = `signalbox.${monotonicNanos()}`;
    const channel = new BroadcastChannel(name);
    const opened: Listening = {
      channel,
      reader: createReader(() => void (listening && readNow(listening))),
      // What cannot be copied must not spoil the application's worker.
      settings: structuredClone({ channel: name, ...settings() }),
      workers: new Map(),
      timer: undefined,
    };
    channel.onmessage = (message: unknown) =>
      contain('reading what a worker thread announces', () => accept(opened, (message as { data: WorkerAnnouncement }).data));
    channel.unref();
    return opened;
  }

  const onCreated = (message: unknown): void =>
    contain('watching a worker thread', () => {
      const { worker } = message as { worker: Worker };
      if (listening !== undefined && !isHidden) remember(listening.workers, worker);
    });
  subscribe(CREATED, onCreated);
  // A getter is called when the data is copied for a worker, by its constructor: the channel is there before the worker is.
  setEnvironmentData(WORKER_SETTINGS, {
    get settings() {
      // What is loaded for it may make a worker itself: a loader's, such as tsx.
      return isHidden ? undefined : contain('preparing a worker thread', () => (listening ??= withoutTelemetry(listen)).settings);
    },
  } as unknown as string);

  return {
    read() {
      if (listening === undefined) return;
      const { channel, reader } = listening;
      for (let next = receive(channel); next !== undefined; next = receive(channel)) reader.accept(next);
      readNow(listening);
    },
    stop() {
      unsubscribe(CREATED, onCreated);
      setEnvironmentData(WORKER_SETTINGS, undefined as unknown as string);
      clearTimeout(listening?.timer);
      listening?.channel.close();
      listening = undefined;
    },
  };
}

/** The next announcement, if there is one: the types do not know that a channel will do. */
function receive(channel: BroadcastChannel): WorkerAnnouncement | undefined {
  const received = receiveMessageOnPort(channel as unknown as MessagePort) as { message: WorkerAnnouncement } | undefined;
  return received?.message;
}

function remember(workers: Listening['workers'], worker: Worker): void {
  if (workers.size >= MOST_REMEMBERED) for (const id of workers.keys()) if (isOver(workers, id)) workers.delete(id);
  workers.set(worker.threadId, new WeakRef(worker));
}

/** A worker that a worker created is not known here: it says itself when it ends, unless it is terminated. */
function isOver(workers: Listening['workers'], threadId: number): boolean {
  const worker = workers.get(threadId);
  return worker !== undefined && (worker.deref()?.threadId ?? -1) === -1;
}

function accept(listening: Listening, announcement: WorkerAnnouncement): void {
  if (listening.reader.accept(announcement)) readNow(listening);
  listening.timer ??= setTimeout(() => readAgain(listening), READ_EVERY_MS).unref();
}

function readAgain(listening: Listening): void {
  listening.timer = undefined;
  let entries = readNow(listening);
  if (entries === 0) {
    listening.reader.arm();
    // What was written meanwhile is not announced.
    entries = readNow(listening);
  }
  if (entries > 0) listening.timer = setTimeout(() => readAgain(listening), READ_EVERY_MS).unref();
}

function readNow({ reader, workers }: Listening): number {
  return (
    contain('taking in what worker threads recorded', () =>
      reader.read((threadId) => {
        const isGone = isOver(workers, threadId);
        if (isGone) workers.delete(threadId);
        return isGone;
      }),
    ) ?? 0
  );
}
