/**
 * The server side of `node:http` and `node:https`: one SERVER span and one measurement a request.
 *
 * Of our own because every request of every service goes through it; what it records is what the official
 * instrumentation records, by the same semantic conventions.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Attributes, Context, Histogram, MeterProvider, Span, Tracer, TracerProvider } from '@opentelemetry/api';
import type { RPCMetadata } from '@opentelemetry/core';
import { version } from '../../version.ts';
import { monotonicMs } from '../clock.ts';
import { bindEmitter, runIn } from '../context-manager.ts';
import { api, require } from '../otel.ts';
import { beginServerRequest } from './server-request.ts';

type Core = typeof import('@opentelemetry/core');
type Emit = (this: Server, event: string | symbol, ...args: unknown[]) => boolean;
type Metadata = RPCMetadata & { route?: string };

const KNOWN_METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE']);
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const SERVER = 1;
const ERROR = 2;

export interface HttpServerOptions {
  readonly isIgnored: (request: IncomingMessage) => boolean;
}

export interface HttpServerInstrumentation {
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider(provider: MeterProvider): void;
  enable(): void;
  disable(): void;
}

export function instrumentHttpServer({ isIgnored }: HttpServerOptions): HttpServerInstrumentation {
  const { setRPCMetadata, suppressTracing } = require('@opentelemetry/core') as Core;
  let tracer: Tracer = api.trace.getTracer('signalbox/http', version);
  let duration: Histogram | undefined;
  let enabled = true;

  function begin(server: Server, emit: Emit, request: IncomingMessage, response: ServerResponse, args: unknown[]): boolean {
    const startMs = monotonicMs();
    const incoming = api.propagation.extract(api.ROOT_CONTEXT, request.headers);
    const attributes = attributesOf(request);
    const span = tracer.startSpan(
      attributes['http.request.method'] === '_OTHER' ? 'HTTP' : (request.method ?? 'GET'),
      { kind: SERVER, attributes },
      incoming,
    );
    const metadata = { type: 'http', span } as unknown as Metadata;
    const context = setRPCMetadata(api.trace.setSpan(incoming, span), metadata);
    beginServerRequest(request, span, metadata);
    bind(context, request, response);
    let failure: unknown;
    const end = (): void => {
      response.removeListener('close', end);
      finish(span, metadata, request, response, attributes, startMs, failure);
    };
    response.on('close', end);
    try {
      return runIn(context, emitRequest, server, emit, args);
    } catch (error) {
      failure = error;
      end();
      throw error;
    }
  }

  function finish(
    span: Span,
    metadata: Metadata,
    request: IncomingMessage,
    response: ServerResponse,
    begun: Attributes,
    startMs: number,
    failure: unknown,
  ): void {
    const { statusCode } = response;
    const { route } = metadata;
    const measured: Attributes = {
      'http.request.method': begun['http.request.method'],
      'url.scheme': begun['url.scheme'],
      'network.protocol.version': request.httpVersion,
    };
    if (failure !== undefined) {
      span.recordException(failure as Error);
      span.setStatus({ code: ERROR, ...(failure instanceof Error ? { message: failure.message } : {}) });
      measured['error.type'] = failure instanceof Error ? failure.name : 'Error';
      span.setAttribute('error.type', measured['error.type']);
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
    duration?.record((monotonicMs() - startMs) / 1000, measured);
  }

  const wrap = (emit: Emit): Emit =>
    function (event, ...args) {
      if (event !== 'request' || !enabled) return Reflect.apply(emit, this, [event, ...args]) as boolean;
      const [request, response] = args as [IncomingMessage, ServerResponse];
      if (!isIgnored(request)) return begin(this, emit, request, response, args);
      const context = suppressTracing(api.ROOT_CONTEXT);
      bind(context, request, response);
      return runIn(context, emitRequest, this, emit, args);
    };
  const { Server: HttpServer } = require('node:http') as typeof import('node:http');
  const { Server: HttpsServer } = require('node:https') as typeof import('node:https');
  for (const { prototype } of [HttpServer, HttpsServer] as { prototype: { emit: Emit } }[]) prototype.emit = wrap(prototype.emit);

  return {
    setTracerProvider(provider) {
      tracer = provider.getTracer('signalbox/http', version);
    },
    setMeterProvider(provider) {
      duration = provider.getMeter('signalbox/http', version).createHistogram('http.server.request.duration', {
        description: 'Duration of HTTP server requests.',
        unit: 's',
        advice: { explicitBucketBoundaries: BUCKETS_SECONDS },
      });
    },
    enable() {
      enabled = true;
    },
    disable() {
      enabled = false;
    },
  };
}

function emitRequest(server: Server, emit: Emit, args: unknown[]): boolean {
  return Reflect.apply(emit, server, ['request', ...args]) as boolean;
}

/** Listeners of the request's body and of the response's end belong to the request too. */
function bind(context: Context, request: IncomingMessage, response: ServerResponse): void {
  bindEmitter(context, request);
  bindEmitter(context, response);
}

function attributesOf(request: IncomingMessage): Attributes {
  const { headers, httpVersion, method = 'GET', socket, url = '' } = request;
  const forwarded = headers['forwarded'] === undefined ? undefined : parseForwarded(headers['forwarded']);
  const scheme = (socket as TLSSocket).encrypted === true ? 'https' : 'http';
  const known = KNOWN_METHODS.has(method);
  const attributes: Attributes = {
    'http.request.method': known ? method : '_OTHER',
    'url.scheme': scheme,
    'network.peer.address': socket.remoteAddress,
    'network.peer.port': socket.remotePort,
    'network.protocol.version': httpVersion,
    'client.address': forwarded?.for ?? clientOf(headers['x-forwarded-for']) ?? socket.remoteAddress,
  };
  if (!known) attributes['http.request.method_original'] = method;
  if (headers['user-agent'] !== undefined) attributes['user_agent.original'] = headers['user-agent'];
  const target = url.startsWith('/') ? url : originForm(url);
  const query = target.indexOf('?');
  attributes['url.path'] = query === -1 ? target : target.slice(0, query);
  if (query !== -1 && query < target.length - 1) attributes['url.query'] = target.slice(query + 1);
  const host = forwarded?.host ?? firstOf(headers['x-forwarded-host']) ?? headers.host;
  if (host !== undefined) {
    const proto = forwarded?.host === undefined ? firstOf(headers['x-forwarded-proto']) : forwarded.proto;
    addServer(attributes, host, proto ?? scheme);
  }
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
function addServer(attributes: Attributes, host: string, proto: string): void {
  const colon = host.lastIndexOf(':');
  const hasPort = colon > 0 && colon > host.lastIndexOf(']') && (host.indexOf(':') === colon || host.startsWith('['));
  attributes['server.address'] = hasPort ? host.slice(0, colon) : host;
  const port = hasPort ? Number(host.slice(colon + 1)) : proto === 'https' ? 443 : proto === 'http' ? 80 : NaN;
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
