/** How `node:http` is instrumented: no probes, and a route that frameworks can name on the server span. */
import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { Config } from '../../config/config.ts';
import { api, require } from '../otel.ts';
import { beginServerRequest } from './server-request.ts';

type Core = typeof import('@opentelemetry/core');

/** Of `given`, the hooks run beside ours; everything else goes through as it is. */
export function httpOptions(config: Config, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { getRPCMetadata } = require('@opentelemetry/core') as Core;
  const isIgnored = createPathMatcher(config.ignorePaths);
  const { ignoreIncomingRequestHook, requestHook } = given;
  return {
    ...given,
    ignoreIncomingRequestHook: (request: IncomingMessage) => isIgnored(request.url ?? '') || (typeof ignoreIncomingRequestHook === 'function' && ignoreIncomingRequestHook(request) === true),
    requestHook(span: Span, request: IncomingMessage) {
      const metadata = getRPCMetadata(api.context.active());
      if (metadata !== undefined && metadata.span === span) beginServerRequest(request, span, metadata);
      if (typeof requestHook === 'function') requestHook(span, request);
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
