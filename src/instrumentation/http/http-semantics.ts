/**
 * What both sides of HTTP have in common.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
import type { Attributes } from '@opentelemetry/api';

const KNOWN_METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE']);

/**
 * Whether a header that the application set gives way to those that were `added`, in lower case, to carry the context on. A
 * `tracestate` goes with its `traceparent`.
 */
export function isReplaced(name: string, added: ReadonlySet<unknown>): boolean {
  const lower = name.toLowerCase();
  return added.has(lower) || (lower === 'tracestate' && added.has('traceparent'));
}

/** What is no method of the specifications becomes `_OTHER`: metrics must not have a series for whatever somebody sends. */
export function methodAttributes(method: string): Attributes {
  if (KNOWN_METHODS.has(method)) return { 'http.request.method': method };
  return { 'http.request.method': '_OTHER', 'http.request.method_original': method };
}

/** For `error.type`: the name of an error. */
export function nameOf(error: unknown): string {
  return textOf(error, 'name') || 'Error';
}

/** The same of an error of Node.js: its code says what happened, its name is `Error`. */
export function codeOf(error: unknown): string {
  return textOf(error, 'code') || nameOf(error);
}

export function messageOf(error: unknown): string {
  return textOf(error, 'message');
}

function textOf(error: unknown, name: 'code' | 'message' | 'name'): string {
  try {
    const value = (error as { readonly [Name in typeof name]?: unknown } | null | undefined)?.[name];
    return typeof value === 'string' ? value : '';
  } catch {
    return ''; // a hostile getter
  }
}
