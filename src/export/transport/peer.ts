/** What a connection and an answer show about the other end. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Peer } from '../../otlp/types.ts';

// Captured: applications and test runners replace the globals.
const { now, parse } = Date;
export const wallMs: () => number = now;

/** Node.js says there which connection a server of this thread has accepted. */
const ACCEPTED_CHANNEL = 'net.server.socket';
/** Our own connection is accepted right after it was opened; a busy server is not followed for longer. */
const MOST_ACCEPTED = 4096;

export interface OwnServerWatch {
  /** `socket` has a connection; before, or without one, nothing is found out. */
  connected(socket: Socket): void;
  /** Whether a server of this thread accepted it. Ends the watch; the same is said again later. */
  stop(): boolean | undefined;
}

/**
 * Finds out whether a connection that is about to be opened ends at a server of this very thread. The server's end of it then keeps the
 * process alive no more than ours does: a server that never answers would hold a process that has nothing else to do until our time-out.
 *
 * @param onOwn - called as soon as it is known that it does.
 */
export function watchOwnServers(onOwn: () => void = () => {}): OwnServerWatch {
  const accepted = new Map<string, Socket>();
  let key: string | undefined;
  let answer: boolean | undefined;
  const onAccepted = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    const acceptedKey = keyOf(socket.remoteAddress, socket.remotePort);
    if (acceptedKey === key) found(socket);
    else if (key === undefined && accepted.size < MOST_ACCEPTED) accepted.set(acceptedKey, socket);
  };
  function found(socket: Socket): void {
    answer = true;
    socket.unref();
    onOwn();
  }
  let isWatching = true;
  subscribe(ACCEPTED_CHANNEL, onAccepted);
  return {
    connected(socket) {
      if (key !== undefined) return;
      key = keyOf(socket.localAddress, socket.localPort);
      const own = accepted.get(key);
      accepted.clear();
      if (own !== undefined) found(own);
    },
    stop() {
      if (isWatching) {
        isWatching = false;
        unsubscribe(ACCEPTED_CHANNEL, onAccepted);
        accepted.clear();
        if (key !== undefined) answer ??= false;
      }
      return answer;
    },
  };
}

function keyOf(address: string | undefined, port: number | undefined): string {
  return `${address?.replace(/^::ffff:/, '')} ${port}`;
}

/** Keeps what the answer to a request that left at `sentAtMs` (wall time) shows. @param date - its `Date` header. */
export function noteAnswer(peer: Peer, address: string | undefined, sentAtMs: number, date: string | undefined): void {
  if (address !== undefined) peer.address = address;
  const aheadMs = clockAheadMs(date, sentAtMs, wallMs());
  if (aheadMs !== undefined) peer.clockAheadMs = aheadMs;
}

/**
 * How far a clock that said `date` at some time between `fromMs` and `toMs` is ahead of ours, at least; undefined where
 * the header is missing or no date.
 */
export function clockAheadMs(date: string | undefined, fromMs: number, toMs: number): number | undefined {
  const atMs = parse(date ?? '');
  if (Number.isNaN(atMs)) return undefined;
  // The header has whole seconds.
  if (atMs + 1000 < fromMs) return atMs + 1000 - fromMs;
  return Math.max(0, atMs - toMs);
}
