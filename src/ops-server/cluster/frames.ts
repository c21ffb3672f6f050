/** Messages between the processes of a cluster: a length of four bytes, then a value as V8 writes it. */
import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { attempt } from '../../runtime/contain.ts';
import type { MetricSnapshot } from './snapshot.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/** From the primary: what do you have? `id` comes back with the answer. */
export interface Question {
  readonly id: number;
}

/** From a worker; without an `id` it is the last one, as it ends. */
export interface Answer {
  readonly worker: string;
  readonly id: number | undefined;
  readonly metrics: readonly MetricSnapshot[];
}

/** Where the primary of a cluster listens: known to those that it started. */
export function socketPath(primaryPid: number): string {
  const user = attempt(() => userInfo().uid, -1);
  return join(tmpdir(), `signalbox-ops-${user}-${primaryPid}.sock`);
}

export function sendFrame(socket: Socket, message: Question | Answer): void {
  const bytes = serialize(message);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  socket.write(Buffer.concat([head, bytes]));
}

/** Calls `onMessage` for each whole message; what is none closes the connection. */
export function readFrames<T>(socket: Socket, onMessage: (message: T) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    while (received.length >= 4) {
      const length = received.readUInt32BE();
      if (length > MOST_BYTES) return void socket.destroy();
      if (received.length < 4 + length) return;
      const body = received.subarray(4, 4 + length);
      received = received.subarray(4 + length);
      const message = attempt(() => deserialize(body) as T);
      if (message === undefined) return void socket.destroy();
      onMessage(message);
    }
  });
}
