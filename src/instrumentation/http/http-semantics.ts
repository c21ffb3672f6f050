/**
 * What both sides of HTTP have in common.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
import type { Attributes } from '@opentelemetry/api';
import { HTTP_REQUEST_METHOD, HTTP_REQUEST_METHOD_ORIGINAL } from '../../names/attributes.ts';
import { attempt } from '../../runtime/contain.ts';
import { typeOfError } from '../../values/exception-facts.ts';

const OTHER_METHOD = '_OTHER';
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
export function knownMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : OTHER_METHOD;
}

/** @param known - of `method`. */
export function methodAttributes(method: string, known = knownMethod(method)): Attributes {
  if (known !== OTHER_METHOD) return { [HTTP_REQUEST_METHOD]: known };
  return { [HTTP_REQUEST_METHOD]: OTHER_METHOD, [HTTP_REQUEST_METHOD_ORIGINAL]: method };
}

/** The method in the name of a span, which must not be whatever somebody sends. */
export function methodInName(known: string): string {
  return known === OTHER_METHOD ? 'HTTP' : known;
}

/** More than these have ids in them: the metrics that they are labels of must stay few. */
const MOST_TYPES = 100;
const LONGEST_TYPE = 80;
const OTHER_TYPE = '_OTHER';
const types = new Set<string>();

/** `error.type` of something thrown, one of few: `_OTHER` from the 101st on. */
export function errorTypeOf(error: unknown): string {
  const type = typeOfError(error) ?? 'Error';
  if (types.has(type)) return type;
  if (types.size >= MOST_TYPES || type.length > LONGEST_TYPE) return OTHER_TYPE;
  types.add(type);
  return type;
}

export function messageOf(error: unknown): string {
  return textOf(error, 'message');
}

/** A property of what was thrown, which may have hostile getters: empty where it is no text. */
export function textOf(error: unknown, name: 'code' | 'message' | 'name' | 'syscall'): string {
  const value = attempt(() => (error as { readonly [Name in typeof name]?: unknown } | null | undefined)?.[name]);
  return typeof value === 'string' ? value : '';
}
