/** How far a request has come in an Express application, by the layers that were asked about it. */
import type { IncomingMessage } from 'node:http';
import type { Context, Span, SpanStatus } from '@opentelemetry/api';
import { STATUS_ERROR } from '../../names/otel.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { attempt } from '../../runtime/contain.ts';
import { enter } from '../../context/context-manager.ts';
import { isClientError, recordServerError, serverRequestOf, setRoute, type ServerRequest } from '../http/server-request.ts';
import { join, mountOf, patternOf, routerOf, type Layer, type Match, type Router } from './express-paths.ts';

const PROGRESS = Symbol('signalbox.progress');

/** How far a request has come. */
export interface Progress {
  /** The routers that it is in, the innermost last. */
  readonly routers: { readonly router: Router | undefined; readonly base: string; pattern: string }[];
  handler?: Handler | undefined;
  /** The route of a handler that `use` put under the very path of the request, while that has its turn. */
  mount?: string | undefined;
}

export interface Handler {
  readonly span: Span;
  readonly outer: Context;
  /** Ends its span, as late as the response: only then it is sure that no error comes from it. */
  readonly end: () => void;
  /** The layer that came after it, and when. */
  next?: Layer;
  leftMs?: number;
  error?: unknown;
}

type Begun = ServerRequest & { [PROGRESS]?: Progress };

/** A layer that is no route matched: what comes next stands under its path. */
export function passed(layer: Layer, request: IncomingMessage, match: Match, path: string, matches: ReturnType<Match>): void {
  const begun = serverRequestOf(request);
  if (begun === undefined) return;
  const progress = leave(begun, layer);
  const mount = mountOf(layer);
  const entered = enteredBy(progress, layer);
  entered.pattern = mount === undefined ? '' : patternOf(mount, layer, match, path);
  if (mount === undefined || !isWhole(path, typeof matches === 'object' ? matches.path : layer.path) || begun.route !== undefined) return;
  // It may answer; if it does not, what comes next takes this back.
  progress.mount = join(entered.base, entered.pattern);
  setRoute(request, progress.mount);
}

/** Whether nothing is left of `path` below what matched: `/health` of `/health`, but not a file in `/public`. */
function isWhole(path: string, matched: string | undefined): boolean {
  const withoutSlash = (text: string): string => (text.endsWith('/') ? text.slice(0, -1) : text);
  return matched !== undefined && withoutSlash(matched) === withoutSlash(path);
}

/** The handler under the very path of the request did not answer. */
export function unmount(begun: Begun): void {
  const progress = begun[PROGRESS];
  if (progress?.mount === undefined) return;
  if (begun.route === progress.mount) begun.route = undefined;
  progress.mount = undefined;
}

/** `layer` has its turn, so the handler that had it before has passed the request on. */
export function leave(begun: Begun, layer: Layer): Progress {
  const progress = (begun[PROGRESS] ??= { routers: [] });
  unmount(begun);
  const { handler } = progress;
  if (handler !== undefined && handler.next === undefined) {
    handler.next = layer;
    handler.leftMs = monotonicMs();
    enter(handler.outer);
  }
  return progress;
}

/** The router that `layer` is of, among those that the request is in; it has left those below. */
export function enteredBy({ routers }: Progress, layer: Layer): Progress['routers'][number] {
  const router = routerOf(layer);
  const at = routers.findLastIndex((entered) => entered.router === router);
  if (at !== -1) {
    routers.length = at + 1;
    return routers[at] as Progress['routers'][number];
  }
  const outer = routers.at(-1);
  const entered = { router, base: outer === undefined ? '' : join(outer.base, outer.pattern), pattern: '' };
  routers.push(entered);
  return entered;
}

/** Record `error` where it came from: on the span of the route's handler, or on that of the request. */
export function failed(request: IncomingMessage, error: unknown, layer?: Layer): void {
  const begun: Begun | undefined = serverRequestOf(request);
  if (begun !== undefined) unmount(begun);
  if (!isFailure(error)) return;
  const handler = begun?.[PROGRESS]?.handler;
  if (handler === undefined || (handler.next !== layer && handler.error === undefined)) return recordServerError(request, error);
  if (handler.error === error) return;
  if (handler.error !== undefined) return recordServerError(request, error);
  handler.error = error;
  handler.span.recordException(error as Error);
  handler.span.setStatus(failedWith(error));
}

/** Whether what was given to `next` is an error, and one that is not the client's. */
function isFailure(error: unknown): boolean {
  return error !== undefined && error !== null && error !== 'route' && error !== 'router' && !isClientError(error);
}

function failedWith(error: unknown): SpanStatus {
  const code = STATUS_ERROR;
  const message = attempt(() => (error instanceof Error ? error.message : String(error)));
  return message === undefined ? { code } : { code, message };
}
