/** What the server span of a request has from the beginning, among them who the client and the server are behind proxies. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Attributes } from '@opentelemetry/api';
import {
  CLIENT_ADDRESS,
  NETWORK_PEER_ADDRESS,
  NETWORK_PEER_PORT,
  NETWORK_PROTOCOL_VERSION,
  SERVER_ADDRESS,
  SERVER_PORT,
  URL_PATH,
  URL_QUERY,
  URL_SCHEME,
  USER_AGENT_ORIGINAL,
} from '../../names/attributes.ts';
import { attempt } from '../../runtime/contain.ts';
import { methodAttributes } from './http-semantics.ts';

export function serverAttributes(request: IncomingMessage): Attributes {
  const { headers, httpVersion, method = 'GET', socket, url = '' } = request;
  const forwarded = headers['forwarded'] === undefined ? undefined : parseForwarded(headers['forwarded']);
  const proto = forwarded?.proto ?? firstOf(headers['x-forwarded-proto']);
  const own = (socket as TLSSocket).encrypted === true ? 'https' : 'http';
  // The scheme of the client's request, as far as a proxy says.
  const scheme = proto === 'https' || proto === 'http' ? proto : own;
  const attributes: Attributes = {
    ...methodAttributes(method),
    [URL_SCHEME]: scheme,
    [NETWORK_PEER_ADDRESS]: socket.remoteAddress,
    [NETWORK_PEER_PORT]: socket.remotePort,
    [NETWORK_PROTOCOL_VERSION]: httpVersion,
    [CLIENT_ADDRESS]: forwarded?.for ?? clientOf(headers['x-forwarded-for']) ?? socket.remoteAddress,
  };
  if (headers['user-agent'] !== undefined) attributes[USER_AGENT_ORIGINAL] = headers['user-agent'];
  const target = url.startsWith('/') ? url : originForm(url);
  const query = target.indexOf('?');
  attributes[URL_PATH] = query === -1 ? target : target.slice(0, query);
  if (query !== -1 && query < target.length - 1) attributes[URL_QUERY] = target.slice(query + 1);
  const host = forwarded?.host ?? firstOf(headers['x-forwarded-host']) ?? headers.host;
  if (host !== undefined) addServer(attributes, host, scheme);
  return attributes;
}

/** A proxy is asked by whole URLs. What is none stays: `*` of OPTIONS, the authority of CONNECT. */
function originForm(url: string): string {
  return attempt(() => {
    const { pathname, search } = new URL(url);
    return pathname + search;
  }, url);
}

/** `example.com`, `example.com:8080`, `[::1]:8080` */
function addServer(attributes: Attributes, host: string, scheme: string): void {
  const colon = host.lastIndexOf(':');
  const hasPort = colon > 0 && colon > host.lastIndexOf(']') && (host.indexOf(':') === colon || host.startsWith('['));
  attributes[SERVER_ADDRESS] = hasPort ? host.slice(0, colon) : host;
  const port = hasPort ? Number(host.slice(colon + 1)) : scheme === 'https' ? 443 : 80;
  if (Number.isInteger(port) && port > 0 && port < 65_536) attributes[SERVER_PORT] = port;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined || text === '') return undefined;
  const comma = text.indexOf(',');
  return (comma === -1 ? text : text.slice(0, comma)).trim();
}

function clientOf(header: string | string[] | undefined): string | undefined {
  const first = firstOf(header);
  return first === undefined ? undefined : withoutPort(first);
}

/** The first element of RFC 7239's `Forwarded`. */
function parseForwarded(header: string): { for?: string; host?: string; proto?: string } {
  const found: Record<string, string> = {};
  for (const pair of (header.split(',', 1)[0] as string).split(';', 8)) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    found[pair.slice(0, equals).trim().toLowerCase()] = pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
  }
  return {
    ...(found['for'] === undefined ? {} : { for: withoutPort(found['for']) }),
    ...(found['host'] === undefined ? {} : { host: found['host'] }),
    ...(found['proto'] === undefined ? {} : { proto: found['proto'] }),
  };
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711` name a client and the port of its connection. */
function withoutPort(address: string): string {
  if (address.startsWith('[')) return address.slice(1, address.indexOf(']') === -1 ? undefined : address.indexOf(']'));
  const colon = address.indexOf(':');
  return colon !== -1 && colon === address.lastIndexOf(':') ? address.slice(0, colon) : address;
}
