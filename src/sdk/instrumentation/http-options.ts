/** How `node:http` is instrumented: no probes, and a route that frameworks can name on the server span. */
import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { RPCMetadata } from '@opentelemetry/core';
import type { Config } from '../../config/config.ts';
import { api, require } from '../otel.ts';

type Core = typeof import('@opentelemetry/core');

/** Requests under way and where the HTTP instrumentation looks for their route when they end. */
const underWay = new WeakMap<IncomingMessage, { readonly metadata: RPCMetadata; readonly span: Span }>();

/**
 * Name the route of the server span of `request`, with parameters as placeholders (`/orders/:id`).
 *
 * Kept by the request rather than by the active context, which applications lose.
 */
export function setRoute(request: IncomingMessage, route: string): void {
  const found = underWay.get(request);
  if (found !== undefined) (found.metadata as { route?: string }).route = route;
}

export function serverSpanOf(request: IncomingMessage): Span | undefined {
  return underWay.get(request)?.span;
}

export function httpOptions(config: Config): Record<string, unknown> {
  const { getRPCMetadata } = require('@opentelemetry/core') as Core;
  const isIgnored = createPathMatcher(config.ignorePaths);
  return {
    ignoreIncomingRequestHook: (request: IncomingMessage) => isIgnored(request.url ?? ''),
    requestHook(span: Span, request: IncomingMessage) {
      const metadata = getRPCMetadata(api.context.active());
      if (metadata !== undefined && metadata.span === span) underWay.set(request, { metadata, span });
    },
  };
}

/** Whether a request target is one of `paths`: whole, or up to `*` at a pattern's end. The query does not count. */
export function createPathMatcher(paths: readonly string[]): (target: string) => boolean {
  const whole = new Set(paths.filter((path) => !path.endsWith('*')));
  const beginnings = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
  return (target) => {
    const query = target.indexOf('?');
    const path = query === -1 ? target : target.slice(0, query);
    return whole.has(path) || beginnings.some((beginning) => path.startsWith(beginning));
  };
}
