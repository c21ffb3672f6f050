/** An OTLP receiver: HTTP and gRPC, both on the loopback address by default. */
import type { Http2Session } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { clearTimeout, setTimeout } from '../runtime/captured.ts';
import type { ReceiverContext, ReceiverHandlers, ReceiverLimits } from './exchange.ts';
import { createGrpcServer } from './grpc.ts';
import { createHttpServer } from './http.ts';

export interface ReceiverOptions extends ReceiverHandlers {
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes any free port, `false` leaves HTTP out. @default 0 */
  readonly httpPort?: number | false;
  /** 0 takes any free port, `false` leaves gRPC out. @default 0 */
  readonly grpcPort?: number | false;
  /** Both protocols speak TLS when this has a key and a certificate; `ca` and `requestCert` ask senders for theirs. */
  readonly tls?: TlsOptions;
  readonly limits?: Partial<ReceiverLimits>;
  /** Names that senders may use in `Host`, in lower case, beside IP addresses, `localhost` and what ends with `.localhost`. */
  readonly allowedHosts?: readonly string[];
}

export interface Receiver {
  /** Such as `http://127.0.0.1:4318`, without a path; empty when HTTP is left out. */
  readonly httpUrl: string;
  /** Empty when gRPC is left out. */
  readonly grpcUrl: string;
  /** 0 when left out. */
  readonly httpPort: number;
  readonly grpcPort: number;
  /** Ends idle connections at once and the others when their requests are answered, or after a second. Never rejects. */
  readonly close: () => Promise<void>;
}

const MIB = 2 ** 20;

export const DEFAULT_LIMITS: ReceiverLimits = {
  maxCompressedBytes: 64 * MIB,
  maxUncompressedBytes: 64 * MIB,
  maxDecodedBytes: 256 * MIB,
};

/** How long requests under way may take to end when the receiver closes. */
const CLOSE_GRACE_MS = 1_000;

/**
 * Starts listening.
 *
 * @throws when an address cannot be listened on; nothing is left open then.
 */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { host = '127.0.0.1', httpPort = 0, grpcPort = 0, tls, allowedHosts = [] } = options;
  const context: ReceiverContext = {
    handlers: options,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    allowedHosts,
    active: 0,
    onIdle: () => {},
    closing: false,
    onClose: new Set(),
  };
  const listeners: Listener[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeAll(listeners, context));
  try {
    const http = httpPort === false ? undefined : await listen(createHttpServer(context, tls), 'httpPort', host, httpPort, listeners);
    const grpc = grpcPort === false ? undefined : await listen(createGrpcServer(context, tls), 'grpcPort', host, grpcPort, listeners);
    const url = (port: number | undefined): string => (port === undefined ? '' : `${tls ? 'https' : 'http'}://${reachable(host)}:${port}`);
    return { httpUrl: url(http), grpcUrl: url(grpc), httpPort: http ?? 0, grpcPort: grpc ?? 0, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Listener {
  readonly server: Server;
  readonly sockets: Set<Socket>;
  readonly sessions: Set<Http2Session>;
}

async function listen(server: Server, option: string, host: string, port: number, listeners: Listener[]): Promise<number> {
  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session: Http2Session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve, reject) => {
    // A later failure of one connection rejects nothing, and has a listener all the same.
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code ?? cause.message;
      const message = `${option} must be free to listen on, ${port} on ${host} was not (${reason}). The receiver did not start.`;
      reject(Object.assign(new Error(message, { cause }), { code: cause.code }));
    });
    server.listen(port, host, resolve);
  });
  listeners.push({ server, sockets, sessions });
  return (server.address() as AddressInfo).port;
}

async function closeAll(listeners: readonly Listener[], context: ReceiverContext): Promise<void> {
  context.closing = true;
  const ended = listeners.map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())));
  for (const { sessions } of listeners) for (const session of sessions) session.close();
  for (const end of [...context.onClose]) end();
  context.onClose.clear();
  await untilIdle(context);
  for (const { sockets, sessions } of listeners) {
    for (const session of sessions) session.destroy();
    for (const socket of sockets) socket.destroy();
  }
  await Promise.all(ended);
}

/** Resolves when no request is under way any more, or after the grace period. */
function untilIdle(context: ReceiverContext): Promise<void> {
  if (context.active === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const deadline = setTimeout(resolve, CLOSE_GRACE_MS);
    context.onIdle = () => {
      clearTimeout(deadline);
      resolve();
    };
  });
}

/** The address under which a sender on this machine reaches `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
