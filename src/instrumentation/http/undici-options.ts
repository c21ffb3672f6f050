/** Options of the official instrumentation of undici, as ours understands them. What a hook throws changes nothing. */
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { headerValues, type UndiciRequest } from './undici-request.ts';

export interface UndiciResponse {
  readonly statusCode: number;
  /** Names and values by turns. */
  readonly headers: unknown;
  readonly statusText?: string;
}

export interface UndiciOptions {
  readonly ignoreRequestHook?: (request: UndiciRequest) => unknown;
  readonly startSpanHook?: (request: UndiciRequest) => Attributes | undefined;
  readonly requestHook?: (span: Span, request: UndiciRequest) => void;
  readonly responseHook?: (span: Span, info: { readonly request: UndiciRequest; readonly response: UndiciResponse }) => void;
  readonly requireParentforSpans?: boolean;
  readonly headersToSpanAttributes?: {
    readonly requestHeaders?: readonly string[];
    readonly responseHeaders?: readonly string[];
  };
}

export function isIgnored({ ignoreRequestHook }: UndiciOptions, request: UndiciRequest): boolean {
  return ignoreRequestHook !== undefined && Boolean(attempt(() => ignoreRequestHook(request)));
}

/** Whether there is to be no span, for want of one around it. */
export function lacksParent({ requireParentforSpans }: UndiciOptions, context: Context): boolean {
  if (requireParentforSpans !== true) return false;
  const parent = api.trace.getSpanContext(context);
  return parent === undefined || !api.isSpanContextValid(parent);
}

export function afterStart({ startSpanHook, requestHook }: UndiciOptions, span: Span, request: UndiciRequest): void {
  if (startSpanHook !== undefined) attempt(() => span.setAttributes(startSpanHook(request) ?? {}));
  if (requestHook !== undefined) attempt(() => requestHook(span, request));
}

export function afterHeadersSent({ headersToSpanAttributes }: UndiciOptions, span: Span, request: UndiciRequest): void {
  captureHeaders(span, 'request', headersToSpanAttributes?.requestHeaders, request.headers);
}

export function afterResponse(
  { headersToSpanAttributes, responseHook }: UndiciOptions,
  span: Span,
  request: UndiciRequest,
  response: UndiciResponse,
): void {
  if (responseHook !== undefined) attempt(() => responseHook(span, { request, response }));
  captureHeaders(span, 'response', headersToSpanAttributes?.responseHeaders, response.headers);
}

function captureHeaders(span: Span, of: 'request' | 'response', names: readonly string[] | undefined, headers: unknown): void {
  for (const name of names ?? []) {
    const lower = name.toLowerCase();
    const values = headerValues(headers, lower);
    if (values.length > 0) span.setAttribute(`http.${of}.header.${lower}`, values);
  }
}
