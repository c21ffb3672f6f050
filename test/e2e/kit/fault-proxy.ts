/**
 * Stands between a program and a collector, and does to each request what a fault says: nothing, a delay, a reset, an
 * answer of its own, a lost answer. Knows for each request whether the collector took it and whether the sender was told.
 */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Fault =
  | { readonly kind: 'pass' }
  /** The collector gets the request after a while. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request is read and nothing said, for as long as the connection lasts. */
  | { readonly kind: 'silent' }
  /** A TCP reset, as soon as so much of the body is there. The collector never sees the request. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** The collector takes the request; a TCP reset stands in place of its answer. */
  | { readonly kind: 'lose-answer' }
  /** The collector takes the request; its answer comes byte by byte. */
  | { readonly kind: 'slice' }
  /** The collector takes the request; its answer announces more than comes before the connection ends. */
  | { readonly kind: 'half-answer' }
  /** The collector never sees the request. */
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: string | Uint8Array }
  /** The same as soon as the headers are there; the body is not read, and the connection ends. */
  | { readonly kind: 'answer-early'; readonly status: number }
  /** Bytes that are not HTTP. */
  | { readonly kind: 'garbage'; readonly bytes: Uint8Array };

export interface Exchange {
  readonly atMs: number;
  readonly path: string;
  readonly fault: Fault;
  readonly requestBytes: number;
  /** The collector had the whole request and answered 2xx. */
  taken: boolean;
  /** The sender was sent 2xx. */
  told: boolean;
}

export interface FaultProxy {
  readonly url: string;
  /** In the order in which they came. */
  readonly exchanges: readonly Exchange[];
  /** What happens to the next requests. A function is asked for each. */
  setFault(fault: Fault | ((path: string, body: Uint8Array) => Fault)): void;
  /** Resolves when one more request was dealt with. */
  nextExchange(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param upstream - the collector's URL for OTLP/HTTP. */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const exchanges: Exchange[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  const agent = new Agent({ keepAlive: true });
  let fault: Fault | ((path: string, body: Uint8Array) => Fault) = { kind: 'pass' };

  const server = createServer((request, response) => {
    void deal(request, response)
      .catch(() => request.socket.destroy())
      .then(() => {
        for (const wake of waiting) wake();
        waiting.clear();
      });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function deal(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const path = request.url ?? '/';
    const constant = typeof fault === 'function' ? undefined : fault;
    const note = (chosen: Fault, requestBytes: number): Exchange => {
      const exchange = { atMs: performance.now(), path, fault: chosen, requestBytes, taken: false, told: false };
      exchanges.push(exchange);
      return exchange;
    };
    if (constant?.kind === 'answer-early') {
      note(constant, 0);
      socket.end(`HTTP/1.1 ${constant.status} Early\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (constant?.kind === 'reset' && size >= constant.afterBytes) break;
    }
    const body = Buffer.concat(chunks);
    const chosen = typeof fault === 'function' ? fault(path, body) : (constant ?? fault);
    const exchange = note(chosen, size);
    switch (chosen.kind) {
      case 'silent':
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'garbage':
        socket.end(chosen.bytes);
        return;
      case 'answer':
        exchange.told = chosen.status < 300;
        response.writeHead(chosen.status, chosen.headers).end(chosen.body);
        return;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, chosen.ms));
    }
    const { status, headers, answer } = await forward(request, body);
    exchange.taken = status < 300;
    if (chosen.kind === 'lose-answer') {
      socket.resetAndDestroy();
      return;
    }
    exchange.told = exchange.taken;
    const type = String(headers['content-type'] ?? 'application/x-protobuf');
    if (chosen.kind === 'half-answer') {
      socket.end(`HTTP/1.1 ${status} OK\r\ncontent-type: ${type}\r\ncontent-length: 1000\r\n\r\n`);
    } else if (chosen.kind === 'slice') {
      socket.setNoDelay(true);
      const bytes = Buffer.concat([
        Buffer.from(`HTTP/1.1 ${status} OK\r\ncontent-type: ${type}\r\ncontent-length: ${answer.length}\r\nconnection: close\r\n\r\n`),
        answer,
      ]);
      for (const byte of bytes) await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
      socket.end();
    } else {
      response.writeHead(status, { 'content-type': type }).end(answer);
    }
  }

  function forward(
    request: IncomingMessage,
    body: Uint8Array,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; answer: Buffer }> {
    const { host: _host, connection: _connection, ...headers } = request.headers;
    return new Promise((resolve, reject) => {
      const forwarded = sendRequest(`${upstream}${request.url}`, { method: 'POST', agent, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, answer: Buffer.concat(parts) }));
        answer.on('error', reject);
      });
      forwarded.on('error', reject);
      forwarded.end(body);
    });
  }

  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    setFault(next) {
      fault = next;
    },
    nextExchange: () => new Promise((resolve) => waiting.add(resolve)),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
