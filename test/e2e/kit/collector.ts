/** The collector of the end-to-end tests: the real receiver with a store, and a few faulty ones. */
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startReceiver, type Receiver, type ReceiverOptions } from '../../../src/receiver/receiver.ts';
import { createStore, type Store } from '../../../src/receiver/store.ts';

export interface Collector {
  readonly receiver: Receiver;
  readonly store: Store;
  /** What a program needs to send here over HTTP. */
  readonly env: Readonly<Record<string, string>>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startCollector(options: ReceiverOptions = {}): Promise<Collector> {
  const store = createStore({ maxBytes: 256 * 2 ** 20 });
  const receiver = await startReceiver({ ...store.handlers, ...options });
  return {
    receiver,
    store,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.httpUrl },
    [Symbol.asyncDispose]: () => receiver.close(),
  };
}

export interface SilentServer {
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Accepts connections and never says a word; to a TLS client as well. */
export async function startSilentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  return {
    port: await listenAnywhere(server),
    [Symbol.asyncDispose]: async () => void (sockets.forEach((socket) => socket.destroy()), server.close()),
  };
}

/** A port of this machine that nobody listens on. */
export async function findRefusingPort(): Promise<number> {
  const server = createServer();
  const port = await listenAnywhere(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listenAnywhere(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
