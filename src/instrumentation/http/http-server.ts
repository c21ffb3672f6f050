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
import type { Attributes, Span } from '@opentelemetry/api';
import {
  ERROR_TYPE,
  HTTP_REQUEST_METHOD,
  HTTP_RESPONSE_STATUS_CODE,
  HTTP_ROUTE,
  NETWORK_PROTOCOL_VERSION,
  URL_SCHEME,
} from '../../names/attributes.ts';
import { SERVER, STATUS_ERROR } from '../../names/otel.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { bindEmitter, carry, enter } from '../../context/context-manager.ts';
import { contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { RPC_METADATA, UNTRACED } from '../../context/context-keys.ts';
import { whoBrokeOff, type BrokenOff } from './broken-off.ts';
import { codeOf, messageOf, methodInName, nameOf } from './http-semantics.ts';
import { HttpSide } from './http-side.ts';
import { listen } from '../loading/listen.ts';
import { serverAttributes } from './server-attributes.ts';
import { beginServerRequest, type ServerRequest } from './server-request.ts';

/** Published for each request before its handlers run, also for those that Node.js answers itself. */
const REQUEST_START = 'http.server.request.start';
const { nextTick } = process;

export interface HttpServerOptions {
  readonly isIgnored: (request: IncomingMessage) => boolean;
}

/** A request that is being answered. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly attributes: Attributes;
  readonly startMs: number;
}

/** Why it ended before all of it was sent. */
interface Cause {
  /** What nobody caught; the span ends at once. */
  readonly uncaught?: unknown;
  readonly brokenOff?: BrokenOff;
}

const WHOLE: Cause = {};

export function instrumentHttpServer({ isIgnored }: HttpServerOptions): HttpSide {
  const side = new HttpSide('server');
  listen<{ request: IncomingMessage; response: ServerResponse }>(REQUEST_START, ({ request, response }) => {
    if (!side.isEnabled) return;
    if (!isIgnored(request)) return begin(side, request, response);
    carry(request, { context: UNTRACED });
    bindEmitter(UNTRACED, response);
    enter(UNTRACED);
  });
  return side;
}

function begin(side: HttpSide, request: IncomingMessage, response: ServerResponse): void {
  const startMs = monotonicMs();
  const incoming = api.propagation.extract(api.ROOT_CONTEXT, request.headers);
  const attributes = serverAttributes(request);
  const span = side.tracer.startSpan(methodInName(attributes), { kind: SERVER, attributes }, incoming);
  const exchange = { request, response, attributes, startMs };
  let ended = false;
  const end = (cause: Cause): void => {
    response.removeListener('close', onClose);
    if (ended) return;
    ended = true;
    try {
      finish(side, begun, exchange, cause);
    } catch (error) {
      contained('recording the end of a request', error);
    }
  };
  const onClose = (): void => {
    if (isWhole(response)) return end(WHOLE);
    const { socket: connection } = request;
    const cause = { brokenOff: whoBrokeOff({ request, response, connection }) };
    // Of a response that was broken off, frameworks hear in this turn too.
    nextTick(end, cause);
  };
  const begun = { type: 'http', span, context: incoming, fail: (uncaught: unknown) => end({ uncaught }) };
  begun.context = api.trace.setSpan(incoming, span).setValue(RPC_METADATA, begun);
  beginServerRequest(request, begun);
  bindEmitter(begun.context, response);
  response.on('close', onClose);
  if (isBehindAnother(request)) request.once('close', () => request.socket.destroyed && onClose());
  enter(begun.context);
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

function finish(side: HttpSide, begun: ServerRequest, { request, response, attributes, startMs }: Exchange, cause: Cause): void {
  const { span, route } = begun;
  const measured: Attributes = {
    [HTTP_REQUEST_METHOD]: attributes[HTTP_REQUEST_METHOD],
    [URL_SCHEME]: attributes[URL_SCHEME],
    [NETWORK_PROTOCOL_VERSION]: request.httpVersion,
  };
  const status = statusOf(response, cause);
  if (status !== undefined) {
    measured[HTTP_RESPONSE_STATUS_CODE] = status;
    span.setAttribute(HTTP_RESPONSE_STATUS_CODE, status);
  }
  const errorType = cause === WHOLE && (status as number) < 500 ? undefined : recordFailure(span, begun, status, cause);
  if (errorType !== undefined) {
    measured[ERROR_TYPE] = errorType;
    span.setAttribute(ERROR_TYPE, errorType);
  }
  if (typeof route === 'string' && route !== '') {
    measured[HTTP_ROUTE] = route;
    span.setAttribute(HTTP_ROUTE, route);
    span.updateName(`${methodInName(attributes)} ${route}`);
  }
  span.end();
  side.duration?.record((monotonicMs() - startMs) / 1000, measured);
}

/** `undefined` where none was sent to the client. */
function statusOf({ headersSent, statusCode, socket }: ServerResponse, { uncaught, brokenOff }: Cause): number | undefined {
  if (uncaught !== undefined || !headersSent) return undefined;
  // One that waited for a connection was not sent yet.
  return brokenOff !== undefined && socket === null ? undefined : statusCode;
}

/**
 * Set the status of the span, and return `error.type`. A client that went away is no failure of the server: `aborted`, and the
 * status of the span stays unset.
 */
function recordFailure(span: Span, begun: ServerRequest, status: number | undefined, { uncaught, brokenOff }: Cause): string | undefined {
  if (uncaught !== undefined) {
    span.recordException(uncaught as Error);
    span.setStatus({ code: STATUS_ERROR, message: messageOf(uncaught) });
    return nameOf(uncaught);
  }
  if (status !== undefined && status >= 500) {
    span.setStatus({ code: STATUS_ERROR });
    return String(status);
  }
  if (brokenOff === undefined) return undefined;
  if (brokenOff.by === 'client') return 'aborted';
  const { error } = brokenOff;
  if (error === undefined) {
    span.setStatus({ code: STATUS_ERROR });
    return 'destroyed';
  }
  if (begun.error !== error) span.recordException(error as Error);
  span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
  return codeOf(error);
}
