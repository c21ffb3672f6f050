/** For servers that `register` does not see: another protocol under Express' or Connect's handlers, or no preload at all. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { activeScope, runInRequest } from '../../context/log-context.ts';
import { requests } from '../../context/request-watcher.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { optionsOf } from '../../values/options.ts';
import { logging } from './logging.ts';
import { requestIdOf } from './request-id.ts';

export interface RequestMiddlewareOptions {
  /** Response header that the request id is put into; `false` for none. @default 'x-request-id' */
  readonly header?: string | false;
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * A handler for Express, Connect and what takes such: everything below it has the request id among its bound fields, the response has it as a
 * header, and where `register` does not see the request, there is an access record.
 *
 * Not needed with `register` and a server of `node:http`; beside it, it adds the header and no second record.
 */
export function requestMiddleware(options?: RequestMiddlewareOptions): Middleware {
  const { header = 'x-request-id' } = optionsOf(options);
  logging();
  return (request, response, next) => {
    const bound = activeScope(api.context.active())?.request;
    const requestId = bound?.requestId ?? requestIdOf(attempt(() => request.headers['x-request-id']));
    if (header !== false) attempt(() => response.setHeader(header, requestId));
    if (bound !== undefined) return next();
    runInRequest({ requestId, userId: undefined }, () => {
      contain('watching a request', () => recordAtEnd(request, response));
      next();
    });
  };
}

function recordAtEnd(request: IncomingMessage, response: ServerResponse): void {
  const startMs = monotonicMs();
  const context = api.context.active();
  const scope = activeScope(context);
  response.once('close', () => {
    const status = response.headersSent ? response.statusCode : undefined;
    requests.watcher?.end({
      request,
      context,
      scope,
      route: undefined,
      status,
      durationMs: monotonicMs() - startMs,
      errorType: status === undefined ? 'aborted' : undefined,
    });
  });
}
