/** One client of the ops port. It never keeps the process alive, and is cut when it takes its time. */
import type { Socket } from 'node:net';
import { clearTimeout, setTimeout } from '../runtime/captured.ts';
import { contained } from '../runtime/contain.ts';
import { answerOps, refuseBody, type OpsParts, type OpsResponse } from './answer.ts';
import type { Client } from './clients.ts';
import { formatResponse, parseHead, type Head } from './http-lines.ts';

export interface ConnectionLimits {
  /** For the head of a request, from its first byte. */
  readonly headMs: number;
  /** For the body, from the end of its head. */
  readonly bodyMs: number;
  /** Between requests. */
  readonly idleMs: number;
  /** For a client that does not take the answer. */
  readonly writeMs: number;
}

/** Prometheus keeps its connection from one scrape to the next, a minute by default. */
export const DEFAULT_LIMITS: ConnectionLimits = { headMs: 5000, bodyMs: 10_000, idleMs: 75_000, writeMs: 10_000 };

interface Connection extends Client {
  readonly socket: Socket;
  readonly parts: OpsParts;
  readonly limits: ConnectionLimits;
  received: Buffer;
  /** Of a request whose body has not come yet. */
  head: Head | undefined;
  isAnswering: boolean;
  hasAsked: boolean;
  timer: NodeJS.Timeout | undefined;
}

const NOTHING = Buffer.alloc(0);

export function serveConnection(socket: Socket, parts: OpsParts, limits: ConnectionLimits = DEFAULT_LIMITS): Client {
  const connection: Connection = {
    socket,
    parts,
    limits,
    received: NOTHING,
    head: undefined,
    isAnswering: false,
    hasAsked: false,
    timer: undefined,
    drop: () => void socket.destroy(),
  };
  socket.unref();
  socket.setNoDelay(true);
  // A client that goes away.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(connection.timer));
  socket.on('data', (bytes: Buffer) => take(connection, bytes));
  cutAfter(connection, limits.headMs);
  return connection;
}

function cutAfter(connection: Connection, ms: number): void {
  clearTimeout(connection.timer);
  connection.timer = setTimeout(() => connection.socket.destroy(), ms).unref();
}

function take(connection: Connection, bytes: Buffer): void {
  const { head, limits, received, socket } = connection;
  if (received.length === 0 && head === undefined && !connection.isAnswering) cutAfter(connection, limits.headMs);
  connection.received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
  // What comes while an answer is made waits for it, in the system.
  if (connection.isAnswering) socket.pause();
  else next(connection);
}

function next(connection: Connection): void {
  if (connection.head !== undefined) return takeBody(connection, connection.head);
  const parsed = parseHead(connection.received);
  switch (parsed.kind) {
    case 'more':
      return;
    case 'bad':
      return refuse(connection, {
        status: parsed.status,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: `${parsed.why}\n`,
      });
    case 'head': {
      const { head, rest } = parsed;
      connection.received = rest;
      const refusal = head.bodyBytes === 0 ? undefined : refuseBody(head, connection.parts);
      if (refusal !== undefined) return refuse(connection, refusal);
      connection.head = head;
      if (head.bodyBytes > 0) cutAfter(connection, connection.limits.bodyMs);
      if (head.bodyBytes > 0 && head.expectsContinue) connection.socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      takeBody(connection, head);
    }
  }
}

/** What follows on this connection is not read. */
function refuse({ socket }: Connection, response: OpsResponse): void {
  send(socket, formatResponse(response, false, false));
  socket.end();
}

function takeBody(connection: Connection, head: Head): void {
  const { received } = connection;
  if (received.length < head.bodyBytes) return;
  connection.head = undefined;
  connection.received = received.subarray(head.bodyBytes);
  connection.isAnswering = true;
  connection.hasAsked = true;
  answer(connection, head, received.subarray(0, head.bodyBytes)).catch((error: unknown) => {
    contained('answering on the ops port', error);
    connection.socket.destroy();
  });
}

/** In one packet where it fits. @param onSent - called when the last piece is with the system. */
function send(socket: Socket, pieces: readonly Uint8Array[], onSent: () => void = () => {}): void {
  socket.cork();
  pieces.forEach((piece, i) => socket.write(piece, i === pieces.length - 1 ? onSent : undefined));
  socket.uncork();
}

/** With the process id for those on this machine: who finds the port in use can say by whom. */
function serverName({ remoteAddress = '' }: Socket): string {
  return /^(::ffff:)?127\.|^::1$/.test(remoteAddress) ? `signalbox (${process.pid})` : 'signalbox';
}

async function answer(connection: Connection, { isHead, keepAlive, request }: Head, requestBody: Uint8Array): Promise<void> {
  const { limits, parts, socket } = connection;
  clearTimeout(connection.timer);
  const { body, headers, status } = await answerOps(request, parts, requestBody);
  const response = formatResponse({ body, headers: { ...headers, server: serverName(socket) }, status }, isHead, keepAlive);
  if (socket.destroyed) return;
  cutAfter(connection, limits.writeMs);
  if (!keepAlive) {
    send(socket, response);
    return void socket.end();
  }
  send(socket, response, () => {
    connection.isAnswering = false;
    cutAfter(connection, connection.received.length > 0 ? limits.headMs : limits.idleMs);
    socket.resume();
    if (connection.received.length > 0) next(connection);
  });
}
