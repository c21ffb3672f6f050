/**
 * Servers of `node:http2`: one SERVER span and one measurement a stream, by the channels that Node.js has since 22.17.
 *
 * What the connection brings is heard in no context, or in that of another stream: the events of a stream, and of the request and
 * the response that stand for it, enter theirs as they are emitted. No listener is added.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Context, Span } from '@opentelemetry/api';
import { carriedBy, carry, carryThrough, prepareCarriers, type Carried } from '../../context/carried.ts';
import { RPC_METADATA, UNTRACED } from '../../context/context-keys.ts';
import { enter, followContext } from '../../context/context-manager.ts';
import { requests } from '../../context/request-watcher.ts';
import { requestContext } from '../../context/span-layer.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { contain } from '../../runtime/contain.ts';
import { api, require } from '../../runtime/otel.ts';
import { grpc } from './grpc-streams.ts';
import { whoClosed } from './http2-end.ts';
import { methodInName } from './http-semantics.ts';
import type { HttpSide } from './http-side.ts';
import { originOf, type RequestOrigin } from './server-attributes.ts';
import { endExchange, ServerSpanOptions, WHOLE, type Cause } from './server-end.ts';
import { beginServerRequest, type ServerRequest } from './server-request.ts';

export interface StreamMessage {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
}

const { nextTick } = process;
const HTTP_VERSION = '2';
const NO_RESPONSE = { setHeader() {} } as unknown as ServerResponse;

/** A stream that is being answered. */
class StreamExchange implements ServerRequest {
  readonly type = 'http';
  readonly span: Span;
  readonly context: Context;
  route?: string | undefined;
  error?: unknown;
  /** The program gave the stream up by its method. */
  isClosedHere = false;
  readonly #side: HttpSide;
  readonly #stream: ServerHttp2Stream;
  readonly #request: IncomingMessage;
  readonly #origin: RequestOrigin;
  readonly #startMs: number;
  #hasEnded = false;

  constructor(side: HttpSide, stream: ServerHttp2Stream, request: IncomingMessage) {
    this.#startMs = monotonicMs();
    this.#side = side;
    this.#stream = stream;
    this.#request = request;
    this.#origin = originOf(request);
    const incoming = api.propagation.extract(api.ROOT_CONTEXT, request.headers);
    this.span = side.tracer.startSpan(methodInName(this.#origin.method), new ServerSpanOptions(request, this.#origin), incoming);
    const context = requestContext(incoming, this.span, this);
    this.context = requests.watcher?.begin(request, NO_RESPONSE, context) ?? context;
  }

  fail(uncaught: unknown): void {
    this.#end({ uncaught });
  }

  /** In the next turn of the queue `close` is emitted, of the stream and then of the response: frameworks hear of it first. */
  onDestroy(): void {
    if (!this.#hasEnded) nextTick(() => nextTick(() => this.#end(this.#cause())));
  }

  #cause(): Cause {
    const { errored, rstCode, writableFinished } = this.#stream;
    if (writableFinished && (rstCode === 0 || rstCode === undefined)) return WHOLE;
    return { brokenOff: whoClosed({ errored, isClosedHere: this.isClosedHere }) };
  }

  #end(cause: Cause): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    contain('recording the end of a stream', () => {
      const sent = (this.#stream as { sentHeaders?: OutgoingHttpHeaders }).sentHeaders?.[':status'];
      const status = cause.uncaught !== undefined || sent === undefined ? undefined : Number(sent);
      endExchange(this.#side, this, this.#request, { ...this.#origin, startMs: this.#startMs, httpVersion: HTTP_VERSION, status, cause });
    });
  }
}

export function beginStream(side: HttpSide, isIgnored: (request: IncomingMessage) => boolean, { stream, headers }: StreamMessage): void {
  // A stream that the server pushes is asked for by nobody. Of what came before on the connection, nothing is to be left.
  if (isPushed(stream) || isOfGrpc(headers)) return enter(api.ROOT_CONTEXT);
  followStreams(stream);
  const request = asRequest(stream, headers);
  if (isIgnored(request)) {
    carry(stream, { context: UNTRACED });
    return enter(UNTRACED);
  }
  const exchange = new StreamExchange(side, stream, request);
  beginServerRequest(stream as unknown as IncomingMessage, exchange);
  enter(exchange.context);
}

function isPushed({ id }: ServerHttp2Stream): boolean {
  return id !== undefined && id % 2 === 0;
}

/** A call has a span of its own, by the library. */
function isOfGrpc(headers: IncomingHttpHeaders): boolean {
  return grpc.isWatched && String(headers['content-type'] ?? '').startsWith('application/grpc');
}

/** What of a request of HTTP/1 is read, as the stream has it. The connection is that of many: how much it sent says nothing. */
function asRequest({ session }: ServerHttp2Stream, headers: IncomingHttpHeaders): IncomingMessage {
  const authority = headers[':authority'] ?? headers.host;
  return {
    method: headers[':method'] ?? 'GET',
    url: headers[':path'] ?? '',
    httpVersion: HTTP_VERSION,
    headers: authority === headers.host ? headers : { ...headers, host: authority },
    get socket() {
      const { remoteAddress, remotePort } = session?.socket ?? {};
      return { remoteAddress, remotePort, encrypted: session?.encrypted };
    },
  } as unknown as IncomingMessage;
}

let isFollowing = false;

/** Once, when the first stream shows its class. */
function followStreams(stream: ServerHttp2Stream): void {
  if (isFollowing) return;
  isFollowing = true;
  const { Http2ServerRequest, Http2ServerResponse } = require('node:http2') as typeof import('node:http2');
  const streams = Object.getPrototypeOf(stream) as object;
  prepareCarriers(streams);
  followContext(streams, 'emit', isElsewhere);
  onLookUp(streams, '_destroy', (exchange) => exchange.onDestroy());
  onLookUp(streams, 'close', (exchange) => void (exchange.isClosedHere = true));
  for (const { prototype } of [Http2ServerRequest, Http2ServerResponse]) {
    carryThrough(prototype, (message) => (message as { stream?: object }).stream);
    followContext(prototype, 'emit', isElsewhere);
  }
}

/** What the program does within the request keeps its own context. */
function isElsewhere(active: Context | undefined, carried: Carried): boolean {
  return active === undefined || (active !== carried.context && active.getValue(RPC_METADATA) !== carried);
}

/** Methods are looked up right before they are called. A wrapped one would stand in stack traces. */
function onLookUp(prototype: object, name: string, listener: (exchange: StreamExchange) => void): void {
  const original = (prototype as Record<string, unknown>)[name];
  Object.defineProperty(prototype, name, {
    configurable: true,
    enumerable: false,
    get(this: object) {
      const exchange = carriedBy(this);
      if (exchange instanceof StreamExchange) listener(exchange);
      return original;
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
    },
  });
}
