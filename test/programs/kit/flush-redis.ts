import { connect } from 'node:net';
import { once } from 'node:events';
import type { Run } from './server-program.ts';

/** Empty a Redis server. */
export async function flushRedis({ serviceUrl }: Run): Promise<void> {
  const { hostname, port } = new URL(serviceUrl);
  const socket = connect(Number(port), hostname);
  socket.write('FLUSHALL\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (!answer.toString().startsWith('+OK')) throw new Error(`Redis must answer FLUSHALL with +OK, it answered ${answer.toString()}.`);
}
