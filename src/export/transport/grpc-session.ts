/** The HTTP/2 session of a gRPC transport, shared by its calls. */
import type { ClientHttp2Session } from 'node:http2';
import type { OtlpConfig } from '../../config/config.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import type { HostLookup } from './host-lookup.ts';
import { watchOwnServers, type OwnServerWatch } from './peer.ts';
import type { Sending } from './sending.ts';
import { readTlsFiles } from './tls-files.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';

export interface GrpcSession {
  readonly client: ClientHttp2Session;
  readonly bornMs: number;
  /** Those under way. */
  readonly calls: Set<Sending>;
  readonly watch: OwnServerWatch;
  remoteAddress: string | undefined;
  /** Has carried a call to its end. */
  used: boolean;
  /** The server has spoken HTTP/2. */
  greeted: boolean;
  error?: Error;
}

export interface GrpcSessions {
  /** The session for the next call. @throws for an endpoint or a file that cannot be used. */
  usable(): GrpcSession;
  close(): void;
}

export function createGrpcSessions(otlp: OtlpConfig, hosts: HostLookup, maxAgeMs: number): GrpcSessions {
  let current: GrpcSession | undefined;

  function open(): GrpcSession {
    const session = openSession(otlp, hosts);
    const { client } = session;
    const forget = (): void => {
      if (current === session) current = undefined;
    };
    client.on('error', forget);
    client.on('goaway', forget);
    client.on('close', forget);
    return session;
  }

  return {
    usable() {
      if (current !== undefined && current.calls.size === 0 && monotonicMs() - current.bornMs >= maxAgeMs) current.client.close();
      if (current === undefined || current.client.closed || current.client.destroyed) current = open();
      return current;
    },
    close() {
      current?.client.destroy();
      current = undefined;
    },
  };
}

function openSession(otlp: OtlpConfig, hosts: HostLookup): GrpcSession {
  const { connect } = getBuiltinModule('node:http2');
  const watch = watchOwnServers();
  let client: ClientHttp2Session;
  try {
    client = connect(new URL(otlp.url).origin, { ...readTlsFiles(otlp), lookup: hosts.lookup, settings: { enablePush: false } });
  } catch (error) {
    watch.stop();
    throw error;
  }
  const session: GrpcSession = {
    client,
    bornMs: monotonicMs(),
    calls: new Set(),
    watch,
    remoteAddress: undefined,
    used: false,
    greeted: false,
  };
  client.on('error', (error) => (session.error = error));
  client.on('remoteSettings', () => (session.greeted = true));
  client.on('connect', (_, socket) => {
    session.remoteAddress = socket.remoteAddress;
    watch.connected(socket);
  });
  client.on('close', () => watch.stop());
  // A host with several addresses gets a new handle for each, and the new one keeps the process alive again.
  client.socket.on('connectionAttempt', () => setAlive(session));
  return session;
}

/** The session keeps the process alive as long as one of its calls does. */
export function setAlive({ calls, client }: GrpcSession): void {
  if (client.destroyed) return;
  for (const { released } of calls) if (!released) return client.ref();
  client.unref();
}
