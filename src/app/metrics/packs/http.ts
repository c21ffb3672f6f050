import { HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE, URL_SCHEME } from '../../../names/attributes.ts';
import { HTTP_METRICS } from '../../../names/metrics/http.ts';
import { attempt, contain } from '../../../runtime/contain.ts';
import type { Observation } from '../observables.ts';
import { activeOf, recorderOf } from '../pack-instruments.ts';
import { ownOptions } from '../own-copy.ts';
import { userMetrics } from './users.ts';

/** Of `node:http`, `https` and what they give to frameworks. */
export interface WatchedServer {
  readonly on: (...args: never[]) => unknown;
  readonly off: (...args: never[]) => unknown;
}

export interface WatchedRequest {
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly bytesWritten?: number };
}

interface WatchedResponse {
  readonly statusCode: number;
  readonly _header?: string | null;
  getHeader(name: string): unknown;
  once(event: 'close', listener: () => void): unknown;
}

export interface WatchServerOptions<Request extends WatchedRequest = WatchedRequest> {
  /** The pattern that matched, asked when the request is over: `(request) => request.route?.path`. A path as it was asked for is left out. */
  readonly route?: (request: Request) => string | undefined;
  /** Who asks, for `user.active`. The id is not kept. */
  readonly user?: (request: Request) => string | undefined;
}

const begin = activeOf(HTTP_METRICS.activeRequests);
const requestSizes = recorderOf(HTTP_METRICS.requestBodySize);
const responseSizes = recorderOf(HTTP_METRICS.responseBodySize);

/**
 * Active requests, sizes of bodies and active users of a server: of `node:http`, of Express (what `listen()` returns), of
 * Fastify (`app.server`), Koa, Nest. Durations come from the instrumentation of HTTP.
 *
 * @example watchServer(app.listen(8080), { user: (request) => request.session?.userId });
 */
export function watchServer<Request extends WatchedRequest = WatchedRequest>(
  server: WatchedServer,
  options: WatchServerOptions<Request> = {},
): Observation {
  const { route, user: userOf } = ownOptions(options);
  const users = userMetrics();
  const onRequest = (request: Request, response: WatchedResponse): void =>
    contain('watching a request', () => {
      const given = {
        [HTTP_REQUEST_METHOD]: request.method as 'GET',
        [URL_SCHEME]: 'encrypted' in request.socket ? 'https' : 'http',
      } as const;
      const end = begin(given);
      const writtenBefore = request.socket.bytesWritten ?? 0;
      response.once('close', () => {
        end();
        contain('measuring a request', () => {
          const described = {
            ...given,
            [HTTP_ROUTE]: attempt(() => route?.(request)),
            [HTTP_RESPONSE_STATUS_CODE]: response.statusCode,
          };
          requestSizes.record(lengthIn(request.headers['content-length']) ?? 0, described);
          responseSizes.record(sizeOf(request, response, writtenBefore), described);
          const user = attempt(() => userOf?.(request));
          if (user !== undefined) users.seen(user);
        });
      });
    });
  attempt(() => server.on('request' as never, onRequest as never));
  return { stop: () => void attempt(() => server.off('request' as never, onRequest as never)) };
}

/** As `content-length` says; without one, what the socket wrote but for the head. */
function sizeOf({ method, socket }: WatchedRequest, response: WatchedResponse, writtenBefore: number): number {
  if (method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304) return 0;
  const declared = lengthIn(response.getHeader('content-length'));
  if (declared !== undefined) return declared;
  const written = (socket.bytesWritten ?? 0) - writtenBefore;
  return Math.max(0, written - Buffer.byteLength(response._header ?? '', 'latin1'));
}

function lengthIn(header: unknown): number | undefined {
  const length = typeof header === 'string' || typeof header === 'number' ? Number(header) : NaN;
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}
