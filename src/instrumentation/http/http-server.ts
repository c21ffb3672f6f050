/**
 * The server side of `node:http` and `node:https`: one SERVER span and one measurement a request.
 *
 * Of our own because every request of every service goes through it; what it records is what the official
 * instrumentation records, by the same semantic conventions. It wraps nothing: Node.js itself says that a request begins, so
 * the stack traces of handlers are as without signalbox.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Attributes } from '@opentelemetry/api';
import { monotonicMs } from '../../runtime/clock.ts';
import { bindEmitter, carry, enter } from '../../context/context-manager.ts';
import { api } from '../../runtime/otel.ts';
import { RPC_METADATA, UNTRACED } from '../../context/context-keys.ts';
import { messageOf, methodAttributes, nameOf } from './http-semantics.ts';
import { HttpSide } from './http-side.ts';
import { listen } from '../loading/listen.ts';
import { beginServerRequest, type ServerRequest } from './server-request.ts';

/** Published for each request before its handlers run, also for those that Node.js answers itself. */
const REQUEST_START = 'http.server.request.start';
const { nextTick } = process;
const SERVER = 1;
const ERROR = 2;

export interface HttpServerOptions {
  readonly isIgnored: (request: IncomingMessage) => boolean;
}

export function instrumentHttpServer({ isIgnored }: HttpServerOptions): HttpSide {
  const side = new HttpSide('server');

  function begin(request: IncomingMessage, response: ServerResponse): void {
    const startMs = monotonicMs();
    const incoming = api.propagation.extract(api.ROOT_CONTEXT, request.headers);
    const attributes = attributesOf(request);
    const span = side.tracer.startSpan(
      attributes['http.request.method'] === '_OTHER' ? 'HTTP' : (request.method ?? 'GET'),
      { kind: SERVER, attributes },
      incoming,
    );
    // Of a response that was broken off, frameworks hear in this turn too.
    const onClose = (): void => (response.writableFinished ? end() : nextTick(end));
    const end = (failure?: unknown): void => {
      response.removeListener('close', onClose);
      if (ended) return;
      ended = true;
      finish(begun, request, response, attributes, startMs, failure);
    };
    let ended = false;
    const begun = { type: 'http', span, context: incoming, fail: end };
    begun.context = api.trace.setSpan(incoming, span).setValue(RPC_METADATA, begun);
    beginServerRequest(request, begun);
    bindEmitter(begun.context, response);
    response.on('close', onClose);
    enter(begun.context);
  }

  function finish(
    { span, route }: ServerRequest,
    request: IncomingMessage,
    response: ServerResponse,
    begun: Attributes,
    startMs: number,
    failure: unknown,
  ): void {
    const { statusCode } = response;
    const measured: Attributes = {
      'http.request.method': begun['http.request.method'],
      'url.scheme': begun['url.scheme'],
      'network.protocol.version': request.httpVersion,
    };
    if (failure !== undefined) {
      span.recordException(failure as Error);
      span.setStatus({ code: ERROR, message: messageOf(failure) });
      measured['error.type'] = nameOf(failure);
      span.setAttribute('error.type', measured['error.type']);
    } else if (!response.headersSent) {
      // The client went, or the application broke off: nobody was told a status.
      measured['error.type'] = 'aborted';
      span.setAttribute('error.type', 'aborted');
    } else {
      measured['http.response.status_code'] = statusCode;
      span.setAttribute('http.response.status_code', statusCode);
      if (statusCode >= 500) {
        span.setStatus({ code: ERROR });
        measured['error.type'] = String(statusCode);
        span.setAttribute('error.type', measured['error.type']);
      }
    }
    if (typeof route === 'string' && route !== '') {
      measured['http.route'] = route;
      span.setAttribute('http.route', route);
      span.updateName(`${begun['http.request.method'] === '_OTHER' ? 'HTTP' : request.method} ${route}`);
    }
    span.end();
    side.duration?.record((monotonicMs() - startMs) / 1000, measured);
  }

  listen<{ request: IncomingMessage; response: ServerResponse }>(REQUEST_START, ({ request, response }) => {
    if (!side.isEnabled) return;
    if (!isIgnored(request)) return begin(request, response);
    carry(request, { context: UNTRACED });
    bindEmitter(UNTRACED, response);
    enter(UNTRACED);
  });

  return side;
}

function attributesOf(request: IncomingMessage): Attributes {
  const { headers, httpVersion, method = 'GET', socket, url = '' } = request;
  const forwarded = headers['forwarded'] === undefined ? undefined : parseForwarded(headers['forwarded']);
  const proto = forwarded?.proto ?? firstOf(headers['x-forwarded-proto']);
  const own = (socket as TLSSocket).encrypted === true ? 'https' : 'http';
  // What the client asked by, as far as a proxy tells.
  const scheme = proto === 'https' || proto === 'http' ? proto : own;
  const attributes: Attributes = {
    ...methodAttributes(method),
    'url.scheme': scheme,
    'network.peer.address': socket.remoteAddress,
    'network.peer.port': socket.remotePort,
    'network.protocol.version': httpVersion,
    'client.address': forwarded?.for ?? clientOf(headers['x-forwarded-for']) ?? socket.remoteAddress,
  };
  if (headers['user-agent'] !== undefined) attributes['user_agent.original'] = headers['user-agent'];
  const target = url.startsWith('/') ? url : originForm(url);
  const query = target.indexOf('?');
  attributes['url.path'] = query === -1 ? target : target.slice(0, query);
  if (query !== -1 && query < target.length - 1) attributes['url.query'] = target.slice(query + 1);
  const host = forwarded?.host ?? firstOf(headers['x-forwarded-host']) ?? headers.host;
  if (host !== undefined) addServer(attributes, host, scheme);
  return attributes;
}

/** A proxy is asked by whole URLs. */
function originForm(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url; // `*` of OPTIONS, the authority of CONNECT, or nothing that is one
  }
}

/** `example.com`, `example.com:8080`, `[::1]:8080` */
function addServer(attributes: Attributes, host: string, scheme: string): void {
  const colon = host.lastIndexOf(':');
  const hasPort = colon > 0 && colon > host.lastIndexOf(']') && (host.indexOf(':') === colon || host.startsWith('['));
  attributes['server.address'] = hasPort ? host.slice(0, colon) : host;
  const port = hasPort ? Number(host.slice(colon + 1)) : scheme === 'https' ? 443 : 80;
  if (Number.isInteger(port) && port > 0 && port < 65_536) attributes['server.port'] = port;
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
