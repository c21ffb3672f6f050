/** What `register` does for each request when logging is there: its id is bound, and at its end there is an access record. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '@opentelemetry/api';
import type { AccessConfig } from '../../config/logging-config.ts';
import { activeScope, withRequestFields } from '../../context/log-context.ts';
import { requests, type EndedRequest } from '../../context/request-watcher.ts';
import { RANK_ERROR, RANK_INFO } from '../../names/log-levels.ts';
import { random } from '../../runtime/captured.ts';
import { attempt, contain, contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { levelFor, levelsVersion } from './levels.ts';
import type { Logging } from './logging.ts';
import { makeRecord } from './make-record.ts';
import { requestIdOf } from './request-id.ts';

const LOGGER = 'access';

/** Whether the application imports the logger: then it has access records unless it says otherwise. */
let isUsed = false;

export function logsAccess(): void {
  isUsed = true;
}

export function watchRequests(logging: Logging): void {
  const { access, requestIdHeader } = logging.config;
  const level = { version: -1, rank: RANK_INFO };
  const bytesBefore = new WeakMap<IncomingMessage, number>();
  requests.watcher = {
    begin(request, response, context) {
      try {
        bytesBefore.set(request, request.socket.bytesWritten);
        return beginRequest(request, response, context, requestIdHeader);
      } catch (error) {
        contained('beginning a request', error);
        return context;
      }
    },
    end(ended) {
      if (!(access.isOn ?? isUsed)) return;
      const rank = hasFailed(ended) ? RANK_ERROR : RANK_INFO;
      if (level.version !== levelsVersion()) Object.assign(level, { version: levelsVersion(), rank: levelFor(LOGGER) });
      if (rank > level.rank) return;
      contain('logging a request', () => {
        const { request } = ended;
        const path = pathOf(request.url ?? '');
        if (isLeftOut(access, path, rank)) return;
        const fields = accessFields(ended, path, access, bytesBefore.get(request));
        const message = `${request.method} ${path}${ended.status === undefined ? '' : ` ${ended.status}`}`;
        const source = { logger: LOGGER, rank, bindings: [], isAccess: true, context: ended.context, scope: ended.scope };
        logging.write(makeRecord(source, [message, fields], logging.maxTextLength));
      });
    },
  };
}

function beginRequest(request: IncomingMessage, response: ServerResponse, context: Context, header: string | undefined): Context {
  const requestId = requestIdOf(request.headers['x-request-id']);
  if (header !== undefined) response.setHeader(header, requestId);
  api.trace.getSpan(context)?.setAttribute('request_id', requestId);
  return withRequestFields(context, { requestId, userId: undefined });
}

/** A client that went away is no failure of the server. */
function hasFailed({ status, errorType }: EndedRequest): boolean {
  return status === undefined ? errorType !== 'aborted' : status >= 500;
}

function isLeftOut({ exclude, sample }: AccessConfig, path: string, rank: number): boolean {
  const isExcluded = exclude.some((each) => (each.endsWith('*') ? path.startsWith(each.slice(0, -1)) : path === each));
  return isExcluded || (rank !== RANK_ERROR && sample < 1 && random() >= sample);
}

function accessFields(ended: EndedRequest, path: string, { withClient }: AccessConfig, bytesBefore: number | undefined): object {
  const { request, context, route, status, durationMs, errorType } = ended;
  const user = (ended.scope ?? activeScope(context))?.request?.userId;
  return {
    method: request.method,
    ...(route === undefined || route === '' ? {} : { route }),
    path,
    ...(status === undefined ? {} : { status }),
    duration_ms: Math.round(durationMs * 1000) / 1000,
    ...(user === undefined ? {} : { user_id: user }),
    ...(bytesBefore === undefined ? {} : { bytes: request.socket.bytesWritten - bytesBefore }),
    ...(errorType === undefined ? {} : { error_type: errorType }),
    ...(withClient ? { client_address: clientOf(request) } : {}),
  };
}

function pathOf(url: string): string {
  const origin = url.startsWith('/') ? url : attempt(() => new URL(url).pathname, url);
  const end = origin.search(/[?#]/);
  return end === -1 ? origin : origin.slice(0, end);
}

/** The first that a proxy names, or the other end of the connection. */
function clientOf({ headers, socket }: IncomingMessage): string | undefined {
  const forwarded = headers['x-forwarded-for'];
  const [first = ''] = (Array.isArray(forwarded) ? (forwarded[0] ?? '') : (forwarded ?? '')).split(',', 1);
  return first.trim() === '' ? socket.remoteAddress : first.trim();
}
