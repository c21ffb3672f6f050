/** What the server span of a request has from the beginning, among them who the client and the server are behind proxies. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Attributes } from '@opentelemetry/api';
import {
  CLIENT_ADDRESS,
  HTTP_REQUEST_METHOD_ORIGINAL,
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
import { ownAttributes } from '../../values/attributes.ts';
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

/** What headers and request lines say has no lone surrogates: it was read byte by byte. */
export function serverAttributes(request: IncomingMessage, { method: known, scheme, forwarded }: RequestOrigin): Attributes {
  const { headers, httpVersion, method = 'GET', socket, url = '' } = request;
  const { remoteAddress, remotePort } = socket;
  const client = forwarded?.for ?? clientOf(headers['x-forwarded-for']) ?? remoteAddress;
  const userAgent = headers['user-agent'];
  const host = forwarded?.host ?? firstOf(headers['x-forwarded-host']) ?? headers.host;
  const target = url.startsWith('/') ? url : originForm(url);
  const query = target.indexOf('?');
  const attributes: Attributes = {
    ...methodAttributes(method, known),
    [URL_SCHEME]: scheme,
    [NETWORK_PROTOCOL_VERSION]: httpVersion,
    [URL_PATH]: query === -1 ? target : target.slice(0, query),
  };
  let count = attributes[HTTP_REQUEST_METHOD_ORIGINAL] === undefined ? 4 : 5;
  // One by one: under a name that is a variable, each would have to be looked up.
  if (remoteAddress !== undefined) {
    attributes[NETWORK_PEER_ADDRESS] = remoteAddress;
    count++;
  }
  if (remotePort !== undefined) {
    attributes[NETWORK_PEER_PORT] = remotePort;
    count++;
  }
  if (client !== undefined) {
    attributes[CLIENT_ADDRESS] = client;
    count++;
  }
  if (userAgent !== undefined) {
    attributes[USER_AGENT_ORIGINAL] = userAgent;
    count++;
  }
  if (query !== -1 && query < target.length - 1) {
    attributes[URL_QUERY] = target.slice(query + 1);
    count++;
  }
  if (host !== undefined) {
    const { address, port } = serverNamed(host, scheme);
    attributes[SERVER_ADDRESS] = address;
    count++;
    if (port !== undefined) {
      attributes[SERVER_PORT] = port;
      count++;
    }
  }
  return ownAttributes(attributes, count, Math.max(target.length, lengthOf(client), lengthOf(userAgent), lengthOf(host), LONGEST_OTHER));
}

/** Of methods, schemes, versions and addresses. */
const LONGEST_OTHER = 64;

function lengthOf(text: string | undefined): number {
  return text === undefined ? 0 : text.length;
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

function serverNamed(host: string, scheme: string): ServerName {
  if (lastServer?.host !== host || lastServer.scheme !== scheme) lastServer = readServer(host, scheme);
  return lastServer;
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
