/**
 * Which request is one that was sent before: a redirect that is followed, or a retry by an interceptor.
 *
 * undici says of each that it is made, and not why. A retry is made while an interceptor hears that the request failed, and so in
 * the context that is entered for that; `fetch` follows a redirect in the context of its caller, to where the response said.
 */
import type { Context } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';

interface Attempt {
  readonly method: string;
  readonly url: string;
  /** `http.request.resend_count` of the next one. */
  readonly next: number;
  /** Where it was redirected to. */
  readonly location?: string | undefined;
}

const ATTEMPT = api.createContextKey('signalbox: request that may be sent again');
/** Of a context that many requests are made in, as the root is. */
const MOST_REDIRECTS = 20;
const redirects = new WeakMap<Context, Attempt[]>();

/** `context`, for who hears that a request ended and may send it again. */
export function withAttempt(context: Context, attempt: Attempt): Context {
  return context.setValue(ATTEMPT, attempt);
}

/** A response sent the client of `context` elsewhere. */
export function noteRedirect(context: Context, attempt: Attempt): void {
  const noted = redirects.get(context);
  if (noted === undefined) return void redirects.set(context, [attempt]);
  if (noted.length === MOST_REDIRECTS) noted.shift();
  noted.push(attempt);
}

/** How often what is asked for by `method` and `url` in `context` was asked for before; 0 for the first time. */
export function resendsOf(context: Context, method: string, url: string): number {
  const before = context.getValue(ATTEMPT) as Attempt | undefined;
  if (before !== undefined && (url === before.location || (url === before.url && method === before.method))) {
    const noted = redirects.get(context.deleteValue(ATTEMPT)) ?? [];
    if (noted.includes(before)) noted.splice(noted.indexOf(before), 1);
    return before.next;
  }
  const noted = redirects.get(context);
  const index = noted?.findIndex(({ location }) => location === url) ?? -1;
  return index === -1 ? 0 : (noted?.splice(index, 1)[0]?.next ?? 0);
}
