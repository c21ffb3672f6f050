/** Messages between the processes of a cluster: a length of four bytes, then a value as V8 writes it. */
import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import type { ReceivedAlert } from '../../runtime/alert-handlers.ts';
import type { HealthReport } from '../../app/health/check.ts';
import { attempt } from '../../runtime/contain.ts';
import type { ReportKind } from './local-answers.ts';
import type { MetricSnapshot } from './snapshot.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/** From the one that serves. `id` comes back with the answer. */
export interface Question {
  readonly id: number;
  readonly kind: ReportKind | 'metrics' | 'alert';
  /** Of `alert`. */
  readonly alert?: ReceivedAlert;
}

/** From the others. Without an `id` it is the first one, by which they say who they are. */
export interface Answer {
  readonly id: number | undefined;
  readonly worker: string;
  readonly pid: number;
  /** Of all checks there. */
  readonly longestCheckMs: number;
  readonly metrics?: { readonly sequence: number; readonly snapshot: readonly MetricSnapshot[] };
  readonly report?: HealthReport;
  /** Of `alert`: whether there is a handler for it. */
  readonly isTaken?: boolean;
}

export function sendFrame(socket: Socket, message: Question | Answer): void {
  if (socket.destroyed) return;
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
