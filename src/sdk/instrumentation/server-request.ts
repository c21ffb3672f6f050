/** Requests that a server of `node:http` is answering: what frameworks may say about them. */
import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { RPCMetadata } from '@opentelemetry/core';

interface ServerRequest {
  readonly span: Span;
  /** Where the HTTP instrumentation looks for the route when the request ends. */
  readonly metadata: RPCMetadata & { route?: string };
  error?: unknown;
}

/** On the request itself, which is cheaper than a map; registered, for a loader may load this file twice. */
const UNDER_WAY = Symbol.for('signalbox.serverRequest');
type Marked = IncomingMessage & { [UNDER_WAY]?: ServerRequest };

export function beginServerRequest(request: IncomingMessage, span: Span, metadata: RPCMetadata): void {
  (request as Marked)[UNDER_WAY] = { span, metadata };
}

/**
 * Name the route of the server span of `request`, with parameters as placeholders (`/orders/:id`).
 *
 * Kept by the request rather than by the active context, which applications lose.
 */
export function setRoute(request: IncomingMessage, route: string): void {
  const found = (request as Marked)[UNDER_WAY];
  if (found !== undefined) found.metadata.route = route;
}

/**
 * Record what a handler threw on the server span of `request`, once however many layers it comes through. The status of
 * the span is that of the response. What the client did wrong is no failure of the server and not recorded.
 */
export function recordServerError(request: IncomingMessage, error: unknown): void {
  const found = (request as Marked)[UNDER_WAY];
  if (found === undefined || found.error === error || isClientError(error)) return;
  found.error = error;
  found.span.recordException(error as Error);
}

/** Whether `error` is meant to become a response from 400 to 499, as `http-errors`, Koa, Fastify, Boom and NestJS mark it. */
export function isClientError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  try {
    const { status, statusCode, output } = error as { status?: unknown; statusCode?: unknown; output?: { statusCode?: unknown } };
    const code = status ?? statusCode ?? output?.statusCode;
    return typeof code === 'number' && code >= 400 && code < 500;
  } catch {
    return false; // a hostile getter
  }
}
