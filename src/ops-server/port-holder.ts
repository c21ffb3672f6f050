/** Who has the port that could not be opened, when it is another process with signalbox. */
import { connect } from 'node:net';
import { clearTimeout, setTimeout } from '../runtime/captured.ts';

const LONGEST_MS = 500;
const MOST_BYTES = 1024;

/** Its process id; `undefined` for anybody else. Never rejects. Holds no process. */
export function findPortHolder(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host, port }, () => socket.write('HEAD /live HTTP/1.0\r\n\r\n'));
    const timer = setTimeout(() => socket.destroy(), LONGEST_MS).unref();
    socket.unref();
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      if (received.length > MOST_BYTES) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      const pid = /^server: signalbox \((\d+)\)\r$/m.exec(received)?.[1];
      resolve(pid === undefined ? undefined : Number(pid));
    });
  });
}
