/**
 * The client side of `node:http` and `node:https`: one CLIENT span and one measurement a request.
 *
 * Of our own, because a wrapper around `http.request` has to understand every way to call it, and passes on only what it understood.
 * Node.js itself says that a request was made, answered, or failed: what the application asked for is left as it is.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { HTTP_REQUEST_METHOD, SERVER_ADDRESS, SERVER_PORT } from '../../names/attributes.ts';
import { CLIENT } from '../../names/otel.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { carriedBy, carry, type Carried } from '../../context/carried.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { noteDestination } from '../../context/propagation/destination.ts';
import { addHeaders } from './add-headers.ts';
import { clientFailure } from './broken-off.ts';
import { clientAttributes, peerOf } from './client-attributes.ts';
import { endRequest, MEASURED, type BegunRequest } from './client-end.ts';
import { methodInName } from './http-semantics.ts';
import { HttpSide } from './http-side.ts';
import { isTimingOut } from './socket-timeout.ts';
import { listen } from '../loading/listen.ts';

/** Published at the end of the constructor, before anything is sent. */
const REQUEST_CREATED = 'http.client.request.created';
const REQUEST_ERROR = 'http.client.request.error';
/** Published when the head of the response is there. */
const RESPONSE = 'http.client.response.finish';

interface Outgoing extends Carried, BegunRequest {
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
    listenWhereRedefined(request, outgoing);
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
  const inside = api.trace.setSpan(context, span);
  api.propagation.inject(inside, headers);
  addHeaders(request, headers);
  const outgoing: Outgoing = {
    context,
    span,
    inside,
    startMs,
    method: attributes[HTTP_REQUEST_METHOD] as string,
    address: attributes[SERVER_ADDRESS] as string,
    port: attributes[SERVER_PORT] as number | undefined,
    timedOut: false,
    beforeEmit: () => noteEvent(request, outgoing),
    end(failure) {
      outgoing.end = () => {};
      delete outgoing.beforeEmit;
      try {
        finish(side, request, outgoing, failure);
      } catch (error) {
        contained('recording the end of a request', error);
      }
    },
  };
  carry(request, outgoing);
}

/** No listener of ours is among those that applications count: before each event the request itself says which one comes. */
function noteEvent(request: ClientRequest & { readonly _closed?: boolean }, outgoing: Outgoing): void {
  if (request._closed === true) outgoing.end();
  // A request that times out goes on unless the application gives it up.
  else if (isTimingOut(request.socket)) outgoing.timedOut = true;
}

/** Where another `emit` was defined, it is not known what it looks up: only listeners are sure to be called. */
function listenWhereRedefined(request: ClientRequest, outgoing: Outgoing): void {
  if (Object.getOwnPropertyDescriptor(request, 'emit')?.value === undefined) return;
  request.prependOnceListener('close', () => outgoing.end());
  request.prependOnceListener('timeout', () => void (outgoing.timedOut = true));
}

function finish(side: HttpSide, request: ClientRequest, outgoing: Outgoing, error: unknown): void {
  const response = (request as { res?: IncomingMessage | null }).res ?? undefined;
  endRequest(side, outgoing, {
    status: response?.statusCode,
    protocolVersion: response?.httpVersion,
    failure: clientFailure({ failure: error, response, connection: request.socket, timedOut: outgoing.timedOut }),
    attributes: response === undefined ? undefined : (outgoing.peer ?? peerOf(response)),
  });
}
