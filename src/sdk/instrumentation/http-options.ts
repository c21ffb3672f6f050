/** How `node:http` is instrumented: no probes, and a route that frameworks can name on the server span. */
import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { Config } from '../../config/config.ts';
import { api, require } from '../otel.ts';
import { noteDestination } from '../propagation/destination.ts';
import { beginServerRequest } from './server-request.ts';

type Core = typeof import('@opentelemetry/core');

/** Options of the official instrumentation that change what its server side does; ours knows none of them. */
const OFFICIAL_SERVER_OPTIONS = [
  'requestHook',
  'responseHook',
  'applyCustomAttributesOnSpan',
  'startIncomingSpanHook',
  'requireParentforIncomingSpans',
  'headersToSpanAttributes',
  'enableSyntheticSourceDetection',
  'redactedQueryParamsServer',
  'disableIncomingRequestInstrumentation',
];

/** Whether the server side is the official one, for options that only it knows. */
export function usesOfficialServer(options: Readonly<Record<string, unknown>>): boolean {
  return OFFICIAL_SERVER_OPTIONS.some((name) => options[name] !== undefined);
}

/** Whether outbound baggage depends on where a request goes, which an unsampled span does not tell. */
export function needsDestination({ baggageHosts }: Config): boolean {
  return baggageHosts.length > 0 && !baggageHosts.includes('*');
}

/** Of `given`, the hooks run beside ours; everything else goes through as it is. */
export function httpOptions(config: Config, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isIgnored = createPathMatcher(config.ignorePaths);
  const { ignoreIncomingRequestHook } = given;
  return {
    ...(needsDestination(config) ? { startOutgoingSpanHook: noteDestination } : {}),
    ...given,
    ignoreIncomingRequestHook: (request: IncomingMessage) =>
      isIgnored(request.url ?? '') || (typeof ignoreIncomingRequestHook === 'function' && ignoreIncomingRequestHook(request) === true),
    ...(usesOfficialServer(given) ? { requestHook: noteServerRequest(given['requestHook']) } : {}),
  };
}

/** What our own server side does by itself. */
function noteServerRequest(requestHook: unknown): (span: Span, request: IncomingMessage) => void {
  const { getRPCMetadata } = require('@opentelemetry/core') as Core;
  return (span, request) => {
    const metadata = getRPCMetadata(api.context.active());
    if (metadata !== undefined && metadata.span === span) beginServerRequest(request, span, metadata);
    if (typeof requestHook === 'function') requestHook(span, request);
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
