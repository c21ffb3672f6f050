/**
 * A worker of a cluster finds the one that has the ops port: the primary where signalbox runs in it, and otherwise one of the workers.
 * That one is whoever binds the next socket first; the others connect to it, and when it is gone they try again.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from '../../runtime/captured.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { keepCounts, type CountsKeeper } from './counts-keeper.ts';
import { openHub, type Hub, type OnLate } from './hub.ts';
import type { LocalAnswers } from './local-answers.ts';
import {
  claimSocket,
  groupPlace,
  newestGeneration,
  openFolder,
  primaryPlace,
  socketPath,
  type GroupIdentity,
  type MeetingPlace,
} from './meeting-place.ts';
import { answerHub } from './member.ts';

/** The primary opens its socket when it has a worker, unless it runs without signalbox or without the port. */
const TRY_PRIMARY_AGAIN_MS = 250;
const MOST_TRIES_OF_PRIMARY = 8;
const ELECT_AGAIN_MS = 50;
const MOST_ELECTIONS = 100;
/** How often the one that serves looks whether it still should. */
const LOOK_EVERY_MS = 5000;

export interface GroupOptions {
  readonly identity: GroupIdentity;
  /** The number of this process in the cluster. */
  readonly worker: string;
  readonly local: LocalAnswers;
  /** This process is to open the port, and to answer with what the hub says. Returns what closes it. */
  readonly onElected: (hub: Hub) => { close(): unknown };
  /** Workers cannot meet. */
  readonly onUnable: (error: unknown) => void;
  readonly onLate: OnLate;
}

interface GroupState extends GroupOptions {
  readonly counts: CountsKeeper;
  readonly primary: MeetingPlace;
  readonly group: MeetingPlace;
}

export function joinGroup(options: GroupOptions): void {
  const { identity, local, onUnable, worker } = options;
  const [primary, group] = [primaryPlace(identity.primaryPid), groupPlace(identity)];
  try {
    openFolder(primary);
  } catch (error) {
    return onUnable(error);
  }
  seekPrimary({ ...options, primary, group, counts: keepCounts(worker, identity.primaryPid, local) });
}

/** Call `onGone` when the connection could not be made, or `onClose` when it has ended. */
function follow(state: GroupState, place: MeetingPlace, generation: number, onGone: () => void, onClose: () => void): void {
  const { counts, local, worker } = state;
  const socket: Socket = connect(socketPath(place, generation));
  let isConnected = false;
  socket.unref();
  socket.on('connect', () => {
    isConnected = true;
    counts.moveTo(place);
    answerHub(socket, worker, local, counts);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => contain('finding the ops port of the cluster', isConnected ? onClose : onGone));
}

function seekPrimary(state: GroupState, tries = 0): void {
  const again = (next: () => void): void => void setTimeout(() => contain('finding the ops port of the cluster', next), TRY_PRIMARY_AGAIN_MS).unref(); // prettier-ignore
  const onGone = (): void => (tries < MOST_TRIES_OF_PRIMARY ? again(() => seekPrimary(state, tries + 1)) : elect(state));
  follow(state, state.primary, 1, onGone, () => again(() => seekPrimary(state)));
}

function elect(state: GroupState, elections = 0): void {
  if (elections > MOST_ELECTIONS) return state.onUnable(new Error('the workers find none that answers'));
  const newest = newestGeneration(state.group);
  const again = (count: number): void => void setTimeout(() => contain('electing the one that serves', () => elect(state, count)), ELECT_AGAIN_MS).unref(); // prettier-ignore
  const stand = (): void => standForElection(state, newest + 1, () => again(elections + 1));
  // On Windows there is no list of pipes: whether there is one is known by connecting to it.
  if (newest === 0 && process.platform !== 'win32') stand();
  else follow(state, state.group, newest, stand, () => again(0));
}

/** @param onLost - another one was faster. */
function standForElection(state: GroupState, generation: number, onLost: () => void): void {
  const { group } = state;
  const server = createServer();
  server.unref();
  server.on('error', onLost);
  server.on('listening', () =>
    contain('serving for the cluster', () => {
      server.off('error', onLost);
      server.on('error', () => {});
      if (newestGeneration(group) > generation) return void server.close(onLost);
      claimSocket(group, generation);
      serve(state, server, generation);
    }),
  );
  // Exclusive, or the primary of the cluster would listen.
  if (attempt(() => server.listen({ path: socketPath(group, generation), exclusive: true })) === undefined) onLost();
}

function serve(state: GroupState, server: Server, generation: number): void {
  const { counts, group, local, onElected, onLate, worker } = state;
  counts.moveTo(group);
  const hub = openHub(server, { place: group, local, worker, isPrimary: false, counts, onLate });
  let port: { close(): unknown } | undefined;
  let isOver = false;
  void hub.whenJoined().then(() => contain('opening the ops port', () => isOver || (port = onElected(hub))));

  function stop(): void {
    isOver = true;
    port?.close();
    hub.close();
    seekPrimary(state);
  }
  watch(state, generation, stop);
}

/** The primary may have opened the port later, or somebody may have removed the socket. */
function watch(state: GroupState, generation: number, stop: () => void): void {
  const look = (): void => {
    if (process.platform !== 'win32' && newestGeneration(state.group) !== generation) return stop();
    const socket = connect(socketPath(state.primary, 1)).unref();
    socket.on('connect', () => {
      socket.destroy();
      stop();
    });
    socket.on('error', () => {
      socket.destroy();
      next();
    });
  };
  const next = (): void => {
    const timer = setTimeout(() => contain('looking who serves the cluster', look), LOOK_EVERY_MS);
    timer.unref();
  };
  next();
}
