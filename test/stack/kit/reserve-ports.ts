import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

export interface ReservedPorts {
  readonly ports: readonly number[];
  release(): void;
}

/** From below the range that systems give to outgoing connections: who dials a closed port of that can meet itself. */
const FIRST_PORT = 15_000;
const LAST_PORT = 29_999;

/**
 * So many TCP ports on loopback that nobody listens on, and that no other stack takes while a server of this one is away:
 * each stack has a block of ports, and listens on its first as long as it needs the others. When the process ends, however
 * it does, the block is free again.
 */
export async function reservePorts(count: number): Promise<ReservedPorts> {
  const size = count + 1;
  const blocks = Math.floor((LAST_PORT - FIRST_PORT + 1) / size);
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const first = FIRST_PORT + size * Math.floor(Math.random() * blocks);
    const ports = Array.from({ length: count }, (_, i) => first + 1 + i);
    const lock = await listen(first);
    if (lock === undefined) continue;
    const areFree = (await Promise.all(ports.map(isFree))).every(Boolean);
    if (areFree) return { ports, release: () => void lock.close() };
    lock.close();
  }
  throw new Error(`No ${size} free ports in a row from ${FIRST_PORT} to ${LAST_PORT} on 127.0.0.1.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (server === undefined) return false;
  await once(server.close(), 'close');
  return true;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
