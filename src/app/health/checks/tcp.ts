import { connect } from 'node:net';
import { once } from 'node:events';

/**
 * A TCP port takes a connection, which is closed at once.
 *
 * @example health.register('smtp', tcpCheck({ host: 'mail.internal', port: 25 }));
 */
export function tcpCheck({ host, port }: { readonly host: string; readonly port: number }): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    const socket = connect({ host, port });
    try {
      await once(socket, 'connect', { signal });
    } finally {
      // Late errors of a socket that nobody needs any more would end the process.
      socket.on('error', () => {});
      socket.destroy();
    }
  };
}
