import { connect } from 'node:net';
import { once } from 'node:events';
import { optionsOf } from '../../../values/options.ts';

/**
 * A TCP port takes a connection, which is closed at once.
 *
 * @example health.register('smtp', tcpCheck({ host: 'mail.internal', port: 25 }));
 */
export function tcpCheck(address: { readonly host: string; readonly port: number }): (signal: AbortSignal) => Promise<void> {
  const { host, port } = optionsOf(address);
  return async (signal) => {
    const socket = connect({ host: String(host), port: Number(port) });
    try {
      await once(socket, 'connect', { signal });
    } finally {
      // Late errors of a socket that nobody needs any more would end the process.
      socket.on('error', () => {});
      socket.destroy();
    }
  };
}
