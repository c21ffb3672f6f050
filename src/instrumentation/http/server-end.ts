/** How a request that a server was asked ends on its span and in its duration: alike for HTTP/1 and HTTP/2. */
import type { IncomingMessage } from 'node:http';
import type { Attributes, Context, Span } from '@opentelemetry/api';
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
import { requests } from '../../context/request-watcher.ts';
import type { BrokenOff } from './broken-off.ts';
import { errorTypeOf, messageOf, methodInName } from './http-semantics.ts';
import type { HttpSide } from './http-side.ts';
import { serverAttributes, type RequestOrigin } from './server-attributes.ts';
import type { ServerRequest } from './server-request.ts';

/** What durations are told apart by. */
export const MEASURED = [HTTP_REQUEST_METHOD, URL_SCHEME, NETWORK_PROTOCOL_VERSION, HTTP_RESPONSE_STATUS_CODE, ERROR_TYPE, HTTP_ROUTE];

/** Why it ended before all of it was sent. */
export interface Cause {
  /** What nobody caught; the span ends at once. */
  readonly uncaught?: unknown;
  readonly brokenOff?: BrokenOff;
}

export const WHOLE: Cause = {};

/**
 * Of these, only a span that is sampled reads the attributes. A class, for V8 keeps the getter of an object literal, and with it the
 * request, until the next full garbage collection.
 */
export class ServerSpanOptions {
  readonly kind = SERVER;
  readonly #request: IncomingMessage;
  readonly #origin: RequestOrigin;

  constructor(request: IncomingMessage, origin: RequestOrigin) {
    this.#request = request;
    this.#origin = origin;
  }

  get attributes(): Attributes {
    return serverAttributes(this.#request, this.#origin);
  }
}

export interface ExchangeEnd extends Pick<RequestOrigin, 'method' | 'scheme'> {
  readonly startMs: number;
  readonly httpVersion: string;
  /** `undefined` where none was sent to the client. */
  readonly status: number | undefined;
  readonly cause: Cause;
}

export function endExchange(
  side: HttpSide,
  begun: ServerRequest & { readonly context: Context },
  request: IncomingMessage,
  { method, scheme, startMs, httpVersion, status, cause }: ExchangeEnd,
): void {
  begun.onEnd?.();
  const { context, route, span } = begun;
  if (status !== undefined) span.setAttribute(HTTP_RESPONSE_STATUS_CODE, status);
  const errorType = cause === WHOLE && (status as number) < 500 ? undefined : recordFailure(span, begun, status, cause);
  if (errorType !== undefined) span.setAttribute(ERROR_TYPE, errorType);
  const namedRoute = typeof route === 'string' && route !== '' ? route : undefined;
  if (namedRoute !== undefined) {
    span.setAttribute(HTTP_ROUTE, namedRoute);
    span.updateName(`${methodInName(method)} ${namedRoute}`);
  }
  span.end();
  const durationMs = monotonicMs() - startMs;
  side.durations?.record(durationMs / 1000, [method, scheme, httpVersion, status, errorType, namedRoute], context);
  requests.watcher?.end({ request, context, route: namedRoute, status, durationMs, errorType });
}

/**
 * Set the status of the span, and return `error.type`. A client that went away is no failure of the server: `aborted`, and the
 * status of the span stays unset.
 */
function recordFailure(span: Span, begun: ServerRequest, status: number | undefined, { uncaught, brokenOff }: Cause): string | undefined {
  if (uncaught !== undefined) {
    span.recordException(uncaught as Error);
    span.setStatus({ code: STATUS_ERROR, message: messageOf(uncaught) });
    return errorTypeOf(uncaught);
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
  return errorTypeOf(error);
}
