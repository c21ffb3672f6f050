/**
 * The client side of `node:http` and `node:https`: one CLIENT span and one measurement a request.
 *
 * Of our own, because a wrapper around `http.request` has to understand every way to call it, and passes on only what it understood.
 * Node.js itself says that a request was made, answered, or failed: what the application asked for is left as it is.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Attributes, Span } from '@opentelemetry/api';
import {
  ERROR_TYPE,
  HTTP_REQUEST_METHOD,
  HTTP_RESPONSE_STATUS_CODE,
  NETWORK_PROTOCOL_VERSION,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../../names/attributes.ts';
import { CLIENT, STATUS_ERROR } from '../../names/otel.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { carriedBy, carry, type Carried } from '../../context/carried.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { noteDestination } from '../../context/propagation/destination.ts';
import { addHeaders } from './add-headers.ts';
import { clientFailure, type Failure } from './broken-off.ts';
import { clientAttributes, peerOf } from './client-attributes.ts';
import { errorTypeOf, messageOf, methodInName } from './http-semantics.ts';
import { HttpSide } from './http-side.ts';
import { listen } from '../loading/listen.ts';

/** Published at the end of the constructor, before anything is sent. */
const REQUEST_CREATED = 'http.client.request.created';
const REQUEST_ERROR = 'http.client.request.error';
/** Published when the head of the response is there. */
const RESPONSE = 'http.client.response.finish';

/** What durations are told apart by. */
const MEASURED = [HTTP_REQUEST_METHOD, SERVER_PORT, HTTP_RESPONSE_STATUS_CODE, NETWORK_PROTOCOL_VERSION, ERROR_TYPE, SERVER_ADDRESS];

interface Outgoing extends Carried {
  readonly span: Span;
  readonly attributes: Attributes;
  readonly startMs: number;
  peer?: Attributes;
  timedOut: boolean;
  /** Once, whatever follows. */
  end(failure?: unknown): void;
}

export function instrumentHttpClient(): HttpSide {
  const side = new HttpSide('client', MEASURED);
  listen<{ request: ClientRequest }>(REQUEST_CREATED, ({ request }) => {
    if (side.isEnabled) begin(side, request);
  });
  listen<{ request: ClientRequest; response: IncomingMessage }>(RESPONSE, ({ request, response }) => {
    const outgoing = outgoingOf(request);
    if (outgoing === undefined) return;
    outgoing.peer = peerOf(response);
    carry(response, { context: outgoing.context });
  });
  listen<{ request: ClientRequest; error: unknown }>(REQUEST_ERROR, ({ request, error }) => outgoingOf(request)?.end(error));
  return side;
}

function outgoingOf(request: ClientRequest): Outgoing | undefined {
  const carried = carriedBy(request) as Partial<Outgoing> | undefined;
  return carried?.end === undefined ? undefined : (carried as Outgoing);
}

function begin(side: HttpSide, request: ClientRequest): void {
  const startMs = monotonicMs();
  const context = api.context.active();
  if (isTracingSuppressed(context)) return;
  const attributes = clientAttributes(request);
  const span = side.tracer.startSpan(methodInName(attributes[HTTP_REQUEST_METHOD] as string), { kind: CLIENT, attributes }, context);
  noteDestination({ hostname: attributes[SERVER_ADDRESS] });
  const headers: Record<string, string> = {};
  api.propagation.inject(api.trace.setSpan(context, span), headers);
  addHeaders(request, headers);
  const onClose = (): void => outgoing.end();
  const onTimeout = (): void => void (outgoing.timedOut = true);
  const outgoing: Outgoing = {
    context,
    span,
    attributes,
    startMs,
    timedOut: false,
    end(failure) {
      request.removeListener('close', onClose);
      request.removeListener('timeout', onTimeout);
      outgoing.end = () => {};
      try {
        finish(side, request, outgoing, failure);
      } catch (error) {
        contained('recording the end of a request', error);
      }
    },
  };
  carry(request, outgoing);
  request.on('close', onClose);
  // A request that times out goes on unless the application gives it up, whoever listens.
  request.on('timeout', onTimeout);
}

function finish(side: HttpSide, request: ClientRequest, outgoing: Outgoing, error: unknown): void {
  const { span, attributes: begun, startMs, timedOut } = outgoing;
  const response = (request as { res?: IncomingMessage | null }).res ?? undefined;
  const measured: Attributes = {
    [HTTP_REQUEST_METHOD]: begun[HTTP_REQUEST_METHOD],
    [SERVER_ADDRESS]: begun[SERVER_ADDRESS],
    [SERVER_PORT]: begun[SERVER_PORT],
  };
  if (response !== undefined) {
    span.setAttributes(outgoing.peer ?? peerOf(response));
    measured[HTTP_RESPONSE_STATUS_CODE] = response.statusCode;
    measured[NETWORK_PROTOCOL_VERSION] = response.httpVersion;
  }
  const failure = clientFailure({ failure: error, response, connection: request.socket, timedOut });
  if (failure !== undefined) measured[ERROR_TYPE] = recordFailure(span, failure);
  else if (response?.statusCode !== undefined && response.statusCode >= 400) {
    measured[ERROR_TYPE] = String(response.statusCode);
    span.setStatus({ code: STATUS_ERROR });
  }
  span.setAttributes(measured);
  span.end();
  const seconds = (monotonicMs() - startMs) / 1000;
  side.durations?.record(
    seconds,
    MEASURED.map((name) => measured[name]),
    api.trace.setSpan(outgoing.context, span),
  );
}

/** Returns `error.type`. */
function recordFailure(span: Span, { error, type }: Failure): string {
  span.recordException(error as Error);
  span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
  return type ?? errorTypeOf(error);
}
