/**
 * The client side of `node:http` and `node:https`: one CLIENT span and one measurement a request.
 *
 * Of our own, because a wrapper around `http.request` has to understand every way to call it, and hands on what it understood.
 * Node.js itself says that a request was made, answered, or failed: what the application asked for is left as it is.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Attributes, Span } from '@opentelemetry/api';
import { monotonicMs } from '../../runtime/clock.ts';
import { carriedBy, carry, type Carried } from '../../context/context-manager.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { api } from '../../runtime/otel.ts';
import { noteDestination } from '../../context/propagation/destination.ts';
import { codeOf, isReplaced, messageOf, methodAttributes } from './http-semantics.ts';
import { HttpSide } from './http-side.ts';
import { listen } from '../loading/listen.ts';

/** Published at the end of the constructor, before anything is sent. */
const REQUEST_CREATED = 'http.client.request.created';
const REQUEST_ERROR = 'http.client.request.error';
/** Published when the head of the response is there. */
const RESPONSE = 'http.client.response.finish';
const CLIENT = 2;
const ERROR = 2;

interface Outgoing extends Carried {
  /** Read when the response comes: in the end the connection is another request's. */
  peer?: Attributes;
  /** Once, whatever follows. */
  end(failure?: unknown): void;
}

/** What of a request is not part of its public shape, and has been there as long as `node:http`. */
interface RequestInternals {
  /** The head as it is sent, once it is rendered: by the constructor, where headers are an array. */
  _header: string | null;
  /** With `Expect`, the constructor has sent it already, as far as there is a connection. */
  readonly outputData: { data: unknown }[];
  readonly agent?: { readonly defaultPort?: number };
  readonly res?: IncomingMessage | null;
}

export function instrumentHttpClient(): HttpSide {
  const side = new HttpSide('client');

  function begin(request: ClientRequest): void {
    const startMs = monotonicMs();
    const context = api.context.active();
    if (isTracingSuppressed(context)) return;
    const attributes = attributesOf(request);
    const method = attributes['http.request.method'] === '_OTHER' ? 'HTTP' : request.method;
    const span = side.tracer.startSpan(method, { kind: CLIENT, attributes }, context);
    noteDestination({ hostname: attributes['server.address'] });
    const headers: Record<string, string> = {};
    api.propagation.inject(api.trace.setSpan(context, span), headers);
    addHeaders(request, headers);
    const onClose = (): void => outgoing.end();
    const outgoing: Outgoing = {
      context,
      end(failure) {
        request.removeListener('close', onClose);
        outgoing.end = () => {};
        const response = (request as unknown as RequestInternals).res ?? undefined;
        if (response !== undefined) span.setAttributes(outgoing.peer ?? peerOf(response));
        finish(span, attributes, startMs, response, failure ?? response?.errored ?? undefined);
      },
    };
    carry(request, outgoing);
    request.on('close', onClose);
  }

  function finish(span: Span, begun: Attributes, startMs: number, response: IncomingMessage | undefined, failure: unknown): void {
    const measured: Attributes = {
      'http.request.method': begun['http.request.method'],
      'server.address': begun['server.address'],
      'server.port': begun['server.port'],
    };
    if (response !== undefined) {
      measured['http.response.status_code'] = response.statusCode;
      measured['network.protocol.version'] = response.httpVersion;
    }
    if (failure !== undefined) {
      measured['error.type'] = codeOf(failure);
      span.recordException(failure as Error);
      span.setStatus({ code: ERROR, message: messageOf(failure) });
    } else if (response?.statusCode !== undefined && response.statusCode >= 400) {
      measured['error.type'] = String(response.statusCode);
      span.setStatus({ code: ERROR });
    }
    span.setAttributes(measured);
    span.end();
    side.duration?.record((monotonicMs() - startMs) / 1000, measured);
  }

  listen<{ request: ClientRequest }>(REQUEST_CREATED, ({ request }) => {
    if (side.isEnabled) begin(request);
  });
  listen<{ request: ClientRequest; response: IncomingMessage }>(RESPONSE, ({ request, response }) => {
    const outgoing = carriedBy(request) as Outgoing | undefined;
    if (outgoing?.end === undefined) return;
    outgoing.peer = peerOf(response);
    carry(response, { context: outgoing.context });
  });
  listen<{ request: ClientRequest; error: unknown }>(REQUEST_ERROR, ({ request, error }) => {
    (carriedBy(request) as Partial<Outgoing> | undefined)?.end?.(error);
  });

  return side;
}

function peerOf({ socket }: { socket?: IncomingMessage['socket'] | null }): Attributes {
  return { 'network.peer.address': socket?.remoteAddress, 'network.peer.port': socket?.remotePort };
}

function attributesOf(request: ClientRequest): Attributes {
  const { host, method, path, protocol } = request;
  const userAgent = request.getHeader('user-agent');
  const attributes: Attributes = { ...methodAttributes(method), ...targetOf(request) };
  const { 'server.address': address, 'server.port': port } = attributes;
  // A proxy is asked by whole URLs, or for a connection to somewhere else.
  if (/^https?:\/\//i.test(path)) attributes['url.full'] = path;
  else {
    const isDefault = port === (protocol === 'https:' ? 443 : 80);
    const authority = `${host.includes(':') ? `[${host}]` : String(address)}${isDefault || port === undefined ? '' : `:${String(port)}`}`;
    attributes['url.full'] = `${protocol}//${authority}${path.startsWith('/') ? path : ''}`;
  }
  if (typeof userAgent === 'string') attributes['user_agent.original'] = userAgent;
  return attributes;
}

/** The port of a request stands nowhere but in its `Host`, unless the application gave that another name. */
function targetOf(request: ClientRequest): { 'server.address': string; 'server.port'?: number } {
  const { host, protocol } = request;
  const internals = request as unknown as RequestInternals;
  const named = request.getHeader('host') ?? /^host: *(.*)$/im.exec(internals._header ?? '')?.[1];
  const [, name, port] = /^(.*?)(?::(\d+))?$/.exec(String(named ?? host)) ?? [];
  if (port !== undefined && (name === host || name === `[${host}]`)) return { 'server.address': host, 'server.port': Number(port) };
  if (name !== host && name !== `[${host}]`) return { 'server.address': host };
  return { 'server.address': host, 'server.port': internals.agent?.defaultPort ?? (protocol === 'https:' ? 443 : 80) };
}

/** In place of those of the same names: a proxy hands on what it was sent. */
function addHeaders(request: ClientRequest, headers: Readonly<Record<string, string>>): void {
  const internals = request as unknown as RequestInternals;
  if (internals._header === null) {
    if (headers['traceparent'] !== undefined) request.removeHeader('tracestate');
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    return;
  }
  const before = internals._header;
  internals._header = replaceHeaders(before, headers);
  const [first] = internals.outputData;
  if (typeof first?.data === 'string' && first.data.startsWith(before)) first.data = internals._header + first.data.slice(before.length);
}

/** `head` as it is sent, with `headers` in place of those of the same names. */
export function replaceHeaders(head: string, headers: Readonly<Record<string, string>>): string {
  const added = new Set(Object.keys(headers));
  const kept = head
    .slice(0, -'\r\n\r\n'.length)
    .split('\r\n')
    .filter((line, index) => index === 0 || !isReplaced(line.slice(0, line.indexOf(':')), added));
  return [...kept, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '\r\n'].join('\r\n');
}
