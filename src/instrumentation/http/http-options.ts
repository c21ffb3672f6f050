/** How `node:http` is instrumented: no probes, and a route that frameworks can name on the server span. */
import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { Config } from '../../config/config.ts';
import { api } from '../../runtime/otel.ts';
import { noteDestination } from '../../context/propagation/destination.ts';
import { RPC_METADATA } from '../../context/context-keys.ts';
import { beginServerRequest, type ServerRequest } from './server-request.ts';

/** Options of the official instrumentation that ours do not know, by the side that they concern. */
const BOTH_SIDES = [
  'requestHook',
  'responseHook',
  'applyCustomAttributesOnSpan',
  'headersToSpanAttributes',
  'enableSyntheticSourceDetection',
];
const OFFICIAL_SERVER_OPTIONS = [
  ...BOTH_SIDES,
  'startIncomingSpanHook',
  'requireParentforIncomingSpans',
  'redactedQueryParamsServer',
  'disableIncomingRequestInstrumentation',
];
const OFFICIAL_CLIENT_OPTIONS = [
  ...BOTH_SIDES,
  'startOutgoingSpanHook',
  'ignoreOutgoingRequestHook',
  'requireParentforOutgoingSpans',
  'redactedQueryParams',
  'disableOutgoingRequestInstrumentation',
];

const namesOneOf = (names: readonly string[], options: Readonly<Record<string, unknown>>): boolean =>
  names.some((name) => options[name] !== undefined);

/** Whether the server side is the official one, for options that only it knows. */
export function usesOfficialServer(options: Readonly<Record<string, unknown>>): boolean {
  return namesOneOf(OFFICIAL_SERVER_OPTIONS, options);
}

/** Whether the client side is. */
export function usesOfficialClient(options: Readonly<Record<string, unknown>>): boolean {
  return namesOneOf(OFFICIAL_CLIENT_OPTIONS, options);
}

/** Of `given`, `ignoreIncomingRequestHook` runs beside ours; everything else goes through as it is. */
export function httpOptions({ ignorePaths }: Config, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isIgnored = createPathMatcher(ignorePaths);
  const { ignoreIncomingRequestHook } = given;
  return {
    ...given,
    ignoreIncomingRequestHook: (request: IncomingMessage) =>
      isIgnored(request.url ?? '') || (typeof ignoreIncomingRequestHook === 'function' && ignoreIncomingRequestHook(request) === true),
  };
}

/** What our own sides do by themselves: frameworks can name the route, and baggage knows where it goes. */
export function officialOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    ...options,
    startOutgoingSpanHook: options['startOutgoingSpanHook'] ?? noteDestination,
    requestHook: noteServerRequest(options['requestHook']),
    disableIncomingRequestInstrumentation: options['disableIncomingRequestInstrumentation'] ?? !usesOfficialServer(options),
    disableOutgoingRequestInstrumentation: options['disableOutgoingRequestInstrumentation'] ?? !usesOfficialClient(options),
  };
}

function noteServerRequest(requestHook: unknown): (span: Span, request: IncomingMessage) => void {
  return (span, request) => {
    const context = api.context.active();
    const metadata = context.getValue(RPC_METADATA) as ServerRequest | undefined;
    if (metadata?.span === span) beginServerRequest(request, Object.assign(metadata, { context }));
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
