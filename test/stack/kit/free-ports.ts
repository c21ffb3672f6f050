import { createServer } from 'node:net';

/**
 * So many TCP ports on loopback that nobody listens on at this moment.
 *
 * From below the range that systems give to outgoing connections: a server that is stopped for a while must find its
 * port free again, and a client that dials a closed port of that range can even be connected with itself.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let attempt = 0; ports.size < count; attempt += 1) {
    if (attempt > 1000) throw new Error('No free ports from 15000 to 29999 on 127.0.0.1.');
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
