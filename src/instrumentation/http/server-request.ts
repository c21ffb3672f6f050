/** Requests that a server of `node:http` is answering: what frameworks may say about them. */
import type { IncomingMessage } from 'node:http';
import type { Context, Span } from '@opentelemetry/api';
import { carriedBy, carry, type Carried } from '../../context/carried.ts';
import { RPC_METADATA } from '../../context/context-keys.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';

/** Also what `getRPCMetadata()` of `@opentelemetry/core` finds in the context of the request. */
export interface ServerRequest extends Carried {
  readonly span: Span;
  /** Where the HTTP instrumentation looks for it when the request ends. */
  route?: string | undefined;
  error?: unknown;
  /** Called before the span ends; not by the official instrumentation, whose requests have no `onClose`. */
  onEnd?: (() => void) | undefined;
  /** End the span at once with what nobody caught; the official instrumentation cannot. */
  fail?(error: unknown): void;
}

const { nextTick } = process;
/** The request whose handlers are being called in this turn. */
let called: ServerRequest | undefined;

export function beginServerRequest(request: IncomingMessage, begun: ServerRequest): void {
  carry(request, begun);
  if (called === undefined) nextTick(forgetCalled);
  called = begun;
}

function forgetCalled(): void {
  called = undefined;
}

/** `undefined` for a request that is not traced. */
export function serverRequestOf(request: IncomingMessage): ServerRequest | undefined {
  const carried = carriedBy(request) as Partial<ServerRequest> | undefined;
  return carried?.span === undefined ? undefined : (carried as ServerRequest);
}

/**
 * End the request that an uncaught error came from, if any, and return the context that the error belongs to.
 *
 * What a handler throws at once comes up after Node.js has left the context, so the active one alone does not say which request it was.
 */
export function failRequest(error: unknown, active: Context, isFatal: boolean): Context {
  const asynchronous = active.getValue(RPC_METADATA) as ServerRequest | undefined;
  // One that goes on waiting may still be answered.
  if (asynchronous !== undefined) {
    if (isFatal) asynchronous.fail?.(error);
    return active;
  }
  called?.fail?.(error);
  return called?.context ?? active;
}

/**
 * Name the route of the server span of `request`, with parameters as placeholders (`/orders/:id`).
 *
 * Kept by the request rather than by the active context, which applications lose.
 */
export function setRoute(request: IncomingMessage, route: string): void {
  const found = serverRequestOf(request);
  if (found !== undefined) found.route = route;
}

/** The same for a framework that knows no request of `node:http`, but runs in its context. What was named before stays. */
export function nameActiveRoute(route: string): void {
  const found = api.context.active().getValue(RPC_METADATA) as ServerRequest | undefined;
  if (found !== undefined) found.route ??= route;
}

/**
 * Record what a handler threw on the server span of `request`, once however many layers it comes through. The status of
 * the span is that of the response. What the client did wrong is no failure of the server and not recorded.
 */
export function recordServerError(request: IncomingMessage, error: unknown): void {
  const found = serverRequestOf(request);
  if (found === undefined || found.error === error || isClientError(error)) return;
  found.error = error;
  found.span.recordException(error as Error);
}

/** Whether `error` is meant to become a response from 400 to 499, as `http-errors`, Koa, Fastify, Boom and NestJS mark it. */
export function isClientError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return attempt(() => {
    const { status, statusCode, output } = error as { status?: unknown; statusCode?: unknown; output?: { statusCode?: unknown } };
    const code = status ?? statusCode ?? output?.statusCode;
    return typeof code === 'number' && code >= 400 && code < 500;
  }, false);
}
