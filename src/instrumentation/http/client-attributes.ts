/** What the client span of a request has from the beginning, and who answered it. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import {
  NETWORK_PEER_ADDRESS,
  NETWORK_PEER_PORT,
  SERVER_ADDRESS,
  SERVER_PORT,
  URL_FULL,
  USER_AGENT_ORIGINAL,
} from '../../names/attributes.ts';
import { methodAttributes } from './http-semantics.ts';

/** What of a request is not part of its public shape, and has been there as long as `node:http`. */
interface RequestInternals {
  /** The head as it is sent, once it is rendered. */
  readonly _header: string | null;
  readonly agent?: { readonly defaultPort?: number };
}

/** Read when the response comes: in the end the connection is another request's. */
export function peerOf({ socket }: { socket?: IncomingMessage['socket'] | null }): Attributes {
  return { [NETWORK_PEER_ADDRESS]: socket?.remoteAddress, [NETWORK_PEER_PORT]: socket?.remotePort };
}

export function clientAttributes(request: ClientRequest): Attributes {
  const { host, method, path, protocol } = request;
  const userAgent = request.getHeader('user-agent');
  const attributes: Attributes = { ...methodAttributes(method), ...targetOf(request) };
  const { [SERVER_ADDRESS]: address, [SERVER_PORT]: port } = attributes;
  // A proxy is asked by whole URLs, or for a connection to somewhere else.
  if (/^https?:\/\//i.test(path)) attributes[URL_FULL] = path;
  else {
    const isDefault = port === (protocol === 'https:' ? 443 : 80);
    const authority = `${host.includes(':') ? `[${host}]` : String(address)}${isDefault || port === undefined ? '' : `:${String(port)}`}`;
    attributes[URL_FULL] = `${protocol}//${authority}${path.startsWith('/') ? path : ''}`;
  }
  if (typeof userAgent === 'string') attributes[USER_AGENT_ORIGINAL] = userAgent;
  return attributes;
}

/** The port of a request stands nowhere but in its `Host`, unless the application gave that another name. */
function targetOf(request: ClientRequest): { [SERVER_ADDRESS]: string; [SERVER_PORT]?: number } {
  const { host, protocol } = request;
  const internals = request as unknown as RequestInternals;
  const named = request.getHeader('host') ?? /^host: *(.*)$/im.exec(internals._header ?? '')?.[1];
  const [, name, port] = /^(.*?)(?::(\d+))?$/.exec(String(named ?? host)) ?? [];
  if (port !== undefined && (name === host || name === `[${host}]`)) return { [SERVER_ADDRESS]: host, [SERVER_PORT]: Number(port) };
  if (name !== host && name !== `[${host}]`) return { [SERVER_ADDRESS]: host };
  return { [SERVER_ADDRESS]: host, [SERVER_PORT]: internals.agent?.defaultPort ?? (protocol === 'https:' ? 443 : 80) };
}
