/** One request over HTTP and its answer. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Peer, SendResult } from '../../otlp/types.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { MAX_ANSWER_BYTES } from './answer.ts';
import { timedOut, type Destination } from './failure.ts';
import { httpResult } from './http-answer.ts';
import type { HttpConnection } from './http-connection.ts';
import { noteAnswer, wallMs, watchOwnServers, type OwnServerWatch } from './peer.ts';
import { timerMs, type Limit, type Sending } from './sending.ts';

export interface HttpSending extends Sending {
  request?: ClientRequest;
}

export interface Exchange {
  readonly connection: HttpConnection;
  readonly destination: Destination;
  readonly peer: Peer;
  readonly failed: (error: unknown) => SendResult;
  readonly sending: HttpSending;
  readonly body: Uint8Array;
  readonly limit: Limit;
}

/** Undefined when a kept connection turned out to be dead before any answer. */
export function exchange(of: Exchange): Promise<SendResult | undefined> {
  return new Promise((resolve) => {
    const { connection, destination, failed, limit, peer, sending } = of;
    const request = connection.request(of.body);
    const sentAtMs = wallMs();
    let watch: OwnServerWatch | undefined;
    let response: IncomingMessage | undefined;
    let answer = (): SendResult => timedOut(destination, limit.totalMs);
    const timer = setTimeout(() => end(answer()), timerMs(limit.leftMs));
    timer.unref();
    sending.request = request;
    sending.settle = end;

    /** Settles once. A connection that is not known to be idle again goes. */
    function end(result: SendResult | undefined, reusable = false): void {
      clearTimeout(timer);
      const isOwnProcess = watch?.stop();
      if (isOwnProcess !== undefined) peer.isOwnProcess = isOwnProcess;
      resolve(result);
      if (!reusable || !request.writableFinished) request.destroy();
    }

    request.on('socket', (socket: Socket) => {
      if (connection.isNew(socket)) {
        watch = watchOwnServers(() => (peer.isOwnProcess = true));
        socket.once('connect', () => watch?.connected(socket));
        // A host with several addresses gets a new handle for each, and the new one keeps the process alive again.
        socket.on('connectionAttempt', () => sending.released && socket.unref());
      }
      if (sending.released) socket.unref();
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (response !== undefined) return; // its `close` follows
      const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      end(isReset && request.reusedSocket ? undefined : failed(error));
    });
    request.on('upgrade', (message: IncomingMessage, socket: Socket) => {
      socket.destroy();
      end(httpResult(message, new Uint8Array(), destination));
    });
    request.on('response', (message: IncomingMessage) => {
      response = message;
      noteAnswer(peer, message.socket.remoteAddress, sentAtMs, message.headers.date);
      peer.limits = message.headers['x-sentry-rate-limits']?.toString();
      // From here on the status counts, even if the rest of the answer never comes.
      answer = readAnswer(message, destination, (isWhole) => end(answer(), isWhole));
    });
    request.end(of.body);
  });
}

/** What the answer says as far as it was read; `done` is called when there will be no more of it. */
function readAnswer(message: IncomingMessage, destination: Destination, done: (isWhole: boolean) => void): () => SendResult {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) done(false);
    else chunks.push(chunk);
  });
  message.on('end', () => done(true));
  message.on('error', () => done(false));
  message.on('close', () => done(false));
  return () => httpResult(message, Buffer.concat(chunks), destination);
}
