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
import type { Context, Span } from '@opentelemetry/api';
import { monotonicMs } from '../../runtime/clock.ts';
import { carry, type Carried } from '../../context/carried.ts';
import { enter } from '../../context/context-manager.ts';
import { contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { UNTRACED } from '../../context/context-keys.ts';
import { requests } from '../../context/request-watcher.ts';
import { requestContext } from '../../context/span-layer.ts';
import { whoBrokeOff } from './broken-off.ts';
import { methodInName } from './http-semantics.ts';
import { HttpSide } from './http-side.ts';
import { listen } from '../loading/listen.ts';
import { originOf, type RequestOrigin } from './server-attributes.ts';
import { endExchange, MEASURED, ServerSpanOptions, WHOLE, type Cause } from './server-end.ts';
import { beginServerRequest, type ServerRequest } from './server-request.ts';

/** Published for each request before its handlers run, also for those that Node.js answers itself. */
const REQUEST_START = 'http.server.request.start';
const { nextTick } = process;

export interface HttpServerOptions {
  readonly isIgnored: (request: IncomingMessage) => boolean;
}

const IGNORED: Carried = { context: UNTRACED };

export function instrumentHttpServer({ isIgnored }: HttpServerOptions): HttpSide {
  const side = new HttpSide('server', MEASURED);
  listen<{ request: IncomingMessage; response: ServerResponse }>(REQUEST_START, ({ request, response }) => {
    if (!side.isEnabled) return;
    if (!isIgnored(request)) return begin(side, request, response);
    carry(request, IGNORED);
    carry(response, IGNORED);
    enter(UNTRACED);
  });
  return side;
}

/** A request that is being answered. One object for all that is asked for it, as there is one for each request. */
class Exchange implements ServerRequest {
  readonly type = 'http';
  readonly span: Span;
  readonly context: Context;
  route?: string | undefined;
  error?: unknown;
  onEnd?: (() => void) | undefined;
  readonly #side: HttpSide;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #origin: RequestOrigin;
  readonly #startMs: number;
  #hasEnded = false;

  constructor(side: HttpSide, request: IncomingMessage, response: ServerResponse) {
    this.#startMs = monotonicMs();
    this.#side = side;
    this.#request = request;
    this.#response = response;
    const origin = originOf(request);
    this.#origin = origin;
    const incoming = api.propagation.extract(api.ROOT_CONTEXT, request.headers);
    const options = new ServerSpanOptions(request, origin);
    this.span = side.tracer.startSpan(methodInName(origin.method), options, incoming);
    const context = requestContext(incoming, this.span, this);
    const { watcher } = requests;
    this.context = watcher === undefined ? context : watcher.begin(request, response, context);
  }

  fail(uncaught: unknown): void {
    this.#end({ uncaught });
  }

  onClose(): void {
    if (this.#hasEnded) return;
    const request = this.#request;
    const response = this.#response;
    if (isWhole(response)) return this.#end(WHOLE);
    const { socket: connection } = request;
    const cause = { brokenOff: whoBrokeOff({ request, response, connection }) };
    // Of a response that was broken off, frameworks hear in this turn too.
    nextTick(() => this.#end(cause));
  }

  #end(cause: Cause): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      this.#finish(cause);
    } catch (error) {
      contained('recording the end of a request', error);
    }
  }

  #finish(cause: Cause): void {
    const { httpVersion } = this.#request;
    endExchange(this.#side, this, this.#request, {
      ...this.#origin,
      startMs: this.#startMs,
      httpVersion,
      status: statusOf(this.#response, cause),
      cause,
    });
  }
}

function begin(side: HttpSide, request: IncomingMessage, response: ServerResponse): void {
  const exchange = new Exchange(side, request, response);
  beginServerRequest(request, exchange);
  carry(response, exchange);
  if (isBehindAnother(request)) request.once('close', () => request.socket.destroyed && exchange.onClose());
  enter(exchange.context);
}

/** Whether all of it was given to the system. A connection lets go of such a response; one that is destroyed has nothing left to write either. */
function isWhole(response: ServerResponse): boolean {
  return response.writableFinished && response.socket?.destroyed !== true;
}

/** Of requests in one packet, those behind the first wait for its response. Before Node.js 24 their responses are not closed with the connection. */
function isBehindAnother({ socket }: IncomingMessage): boolean {
  const { _httpMessage: answered } = socket as { _httpMessage?: unknown };
  return answered !== undefined && answered !== null;
}

/** `undefined` where none was sent to the client. */
function statusOf({ headersSent, statusCode, socket }: ServerResponse, { uncaught, brokenOff }: Cause): number | undefined {
  if (uncaught !== undefined || !headersSent) return undefined;
  // One that waited for a connection was not sent yet.
  return brokenOff !== undefined && socket === null ? undefined : statusCode;
}
