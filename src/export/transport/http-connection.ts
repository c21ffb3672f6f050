/** The one connection of an HTTP transport, kept between requests. */
import type { Agent, ClientRequest } from 'node:http';
import type { OtlpConfig } from '../../config/config.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import type { HostLookup } from './host-lookup.ts';
import { readTlsFiles } from './tls-files.ts';
import { userHeaders } from './user-headers.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';

export interface HttpConnection {
  /** A request that was not sent yet. @throws for an endpoint or a header that cannot be used. */
  request(body: Uint8Array): ClientRequest;
  /** Whether `socket` is seen for the first time; it is old some time after that. */
  isNew(socket: object): boolean;
  /** The next request opens another one, with the TLS files read anew. */
  close(): void;
}

export function createHttpConnection(otlp: OtlpConfig, userAgent: string, hosts: HostLookup, maxAgeMs: number): HttpConnection {
  const http = getBuiltinModule('node:http');
  const bornMs = new WeakMap<object, number>();
  let agent: Agent | undefined;

  function openAgent(protocol: string): Agent {
    const common = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1, lookup: hosts.lookup };
    const opened = (
      protocol === 'https:' ? new (getBuiltinModule('node:https').Agent)({ ...common, ...readTlsFiles(otlp) }) : new http.Agent(common)
    ) as Agent & { keepSocketAlive(socket: object): boolean };
    const keep = opened.keepSocketAlive.bind(opened);
    opened.keepSocketAlive = (socket) => monotonicMs() - (bornMs.get(socket) ?? 0) < maxAgeMs && keep(socket);
    return opened;
  }

  return {
    /** The constructor behind `http.request`: instrumentations replace the function, not this. */
    request(body) {
      const url = new URL(otlp.url);
      agent ??= openAgent(url.protocol);
      const headers: Record<string, string | number> = { 'user-agent': userAgent, ...userHeaders(otlp) };
      headers['content-type'] = otlp.contentType ?? (otlp.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf');
      headers['content-length'] = body.length;
      if (otlp.compression === 'gzip') headers['content-encoding'] = 'gzip';
      return new http.ClientRequest({ ...getBuiltinModule('node:url').urlToHttpOptions(url), agent, headers, method: 'POST' });
    },
    isNew(socket) {
      if (bornMs.has(socket)) return false;
      bornMs.set(socket, monotonicMs());
      return true;
    },
    close() {
      agent?.destroy();
      agent = undefined;
    },
  };
}
