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
import { knownMethod, methodAttributes } from './http-semantics.ts';

/** What is known of a request whether or not it is sampled. */
export interface RequestOrigin {
  /** One of the specifications', or `_OTHER`. */
  readonly method: string;
  /** Of the client's request, as far as a proxy says. */
  readonly scheme: string;
  readonly forwarded: Forwarded | undefined;
}

export function originOf({ headers, method = 'GET', socket }: IncomingMessage): RequestOrigin {
  const forwarded = headers['forwarded'] === undefined ? undefined : parseForwarded(headers['forwarded']);
  const proto = forwarded?.proto ?? firstOf(headers['x-forwarded-proto']);
  const own = (socket as TLSSocket).encrypted === true ? 'https' : 'http';
  return { method: knownMethod(method), scheme: proto === 'https' || proto === 'http' ? proto : own, forwarded };
}

/** In an object that is nobody else's. */
export function serverAttributes(request: IncomingMessage, { method: known, scheme, forwarded }: RequestOrigin): Attributes {
  const { headers, httpVersion, method = 'GET', socket, url = '' } = request;
  const { remoteAddress, remotePort } = socket;
  const attributes: Attributes = methodAttributes(method, known);
  attributes[URL_SCHEME] = scheme;
  if (remoteAddress !== undefined) attributes[NETWORK_PEER_ADDRESS] = remoteAddress;
  if (remotePort !== undefined) attributes[NETWORK_PEER_PORT] = remotePort;
  attributes[NETWORK_PROTOCOL_VERSION] = httpVersion;
  const client = forwarded?.for ?? clientOf(headers['x-forwarded-for']) ?? remoteAddress;
  if (client !== undefined) attributes[CLIENT_ADDRESS] = client;
  const userAgent = headers['user-agent'];
  if (userAgent !== undefined) attributes[USER_AGENT_ORIGINAL] = userAgent;
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

interface ServerName {
  readonly host: string;
  readonly scheme: string;
  readonly address: string;
  readonly port: number | undefined;
}
/** A server is mostly asked by one name. */
let lastServer: ServerName | undefined;

function addServer(attributes: Attributes, host: string, scheme: string): void {
  if (lastServer?.host !== host || lastServer.scheme !== scheme) lastServer = readServer(host, scheme);
  attributes[SERVER_ADDRESS] = lastServer.address;
  if (lastServer.port !== undefined) attributes[SERVER_PORT] = lastServer.port;
}

/** `example.com`, `example.com:8080`, `[::1]:8080` */
function readServer(host: string, scheme: string): ServerName {
  const colon = host.lastIndexOf(':');
  const hasPort = colon > 0 && colon > host.lastIndexOf(']') && (host.indexOf(':') === colon || host.startsWith('['));
  const port = hasPort ? Number(host.slice(colon + 1)) : scheme === 'https' ? 443 : 80;
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
  return { host, scheme, address: hasPort ? host.slice(0, colon) : host, port: isPort ? port : undefined };
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

interface Forwarded {
  readonly for?: string;
  readonly host?: string;
  readonly proto?: string;
}

/** The first element of RFC 7239's `Forwarded`. */
function parseForwarded(header: string): Forwarded {
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
