/** What the ops port answers, whoever asks: its own server, or one of the application that it is mounted into. */
import type { HealthReport } from '../app/health/check.ts';
import { aliveReport, type Health } from '../app/health/health.ts';
import { contained } from '../runtime/contain.ts';
import { healthBody, HEALTH_CODES, wantsHealthJson, withoutDetails } from './health-body.ts';
import type { Head } from './http-lines.ts';
import { acceptsGzip, negotiateFormat } from './exposition/negotiate.ts';
import type { Scraper } from './exposition/scrape.ts';

export interface OpsRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** `undefined` when it was not sent. */
  header(name: string): string | undefined;
}

export interface OpsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Left out of an answer to HEAD by whoever sends it. */
  readonly body: string | Uint8Array;
}

export interface OpsParts {
  /** Of all processes that share the port. */
  readonly health: Pick<Health, 'report' | 'readiness'>;
  /** What `/health/telemetry` answers. */
  readonly telemetry: () => Promise<HealthReport>;
  /** `undefined` when no metrics are recorded; then `whyNoMetrics` says why. */
  readonly scraper: Scraper | undefined;
  readonly whyNoMetrics: string;
  /** Whether this caller may see details and errors. */
  readonly maySeeDetails: (authorization: string | undefined) => boolean;
  /** `undefined` where nobody may post alerts: then there is no such path. */
  readonly alerts: AlertReceiver | undefined;
}

export interface AlertReceiver {
  /** What is answered in place of reading the body. */
  refuse(request: OpsRequest, bodyBytes: number): OpsResponse | undefined;
  receive(request: OpsRequest, body: Uint8Array): Promise<OpsResponse>;
}

type Answer = (request: OpsRequest, parts: OpsParts) => OpsResponse | Promise<OpsResponse>;

const ROUTES: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/metrics', answerMetrics],
  ['/health', async (request, parts) => answerHealth(request, parts, await parts.health.report())],
  ['/health/live', answerLive],
  ['/live', answerLive],
  ['/health/ready', answerReady],
  ['/ready', answerReady],
  ['/health/telemetry', async (request, parts) => answerHealth(request, parts, await parts.telemetry())],
]);

const ALERTS = '/alerts';
const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const NOTHING = new Uint8Array();
const PATHS = [...ROUTES.keys()].join(' ');

/** Whether a path is one of the ops port. */
export function isOpsPath(url: string): boolean {
  return ROUTES.has(pathOf(url));
}

/** What is answered to a request with a body before that has come; `undefined` when it is to be read. */
export function refuseBody({ bodyBytes, request }: Pick<Head, 'bodyBytes' | 'request'>, { alerts }: OpsParts): OpsResponse | undefined {
  if (alerts === undefined || pathOf(request.url) !== ALERTS || request.method !== 'POST')
    return { status: 413, headers: TEXT, body: 'A request must have no body.\n' };
  return alerts.refuse(request, bodyBytes);
}

/** Never rejects. @param body - of a request that `refuseBody` let through. */
export async function answerOps(request: OpsRequest, parts: OpsParts, body: Uint8Array = NOTHING): Promise<OpsResponse> {
  const { alerts } = parts;
  if (alerts !== undefined && pathOf(request.url) === ALERTS) return answerAlerts(request, alerts, body);
  const answer = ROUTES.get(pathOf(request.url));
  if (answer === undefined) return notFound();
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, headers: { ...TEXT, allow: 'GET, HEAD' }, body: 'Only GET and HEAD are answered.\n' };
  try {
    return await answer(request, parts);
  } catch (error) {
    contained(`answering ${pathOf(request.url)}`, error);
    return { status: 500, headers: TEXT, body: 'This could not be answered. SIGNALBOX_LOG_LEVEL=debug says why.\n' };
  }
}

export function notFound(): OpsResponse {
  return { status: 404, headers: TEXT, body: `Not found. There are: ${PATHS}\n` };
}

async function answerAlerts(request: OpsRequest, alerts: AlertReceiver, body: Uint8Array): Promise<OpsResponse> {
  if (request.method !== 'POST') return { status: 405, headers: { ...TEXT, allow: 'POST' }, body: 'Only POST is answered.\n' };
  try {
    return alerts.refuse(request, body.length) ?? (await alerts.receive(request, body));
  } catch (error) {
    contained('receiving alerts', error);
    return { status: 500, headers: TEXT, body: 'This could not be taken. SIGNALBOX_LOG_LEVEL=debug says why.\n' };
  }
}

async function answerMetrics(request: OpsRequest, { scraper, whyNoMetrics }: OpsParts): Promise<OpsResponse> {
  if (scraper === undefined) return { status: 404, headers: TEXT, body: `${whyNoMetrics}\n` };
  const { body, headers } = await scraper.scrape(negotiateFormat(request.header('accept')), acceptsGzip(request.header('accept-encoding')));
  return { status: 200, headers: { ...headers, 'cache-control': 'no-store' }, body };
}

async function answerReady(request: OpsRequest, parts: OpsParts): Promise<OpsResponse> {
  return answerHealth(request, parts, await parts.health.readiness());
}

/** Nothing is asked: what is away is no reason to restart the process. */
function answerLive(request: OpsRequest, parts: OpsParts): OpsResponse {
  return answerHealth(request, parts, aliveReport());
}

function answerHealth(request: OpsRequest, { maySeeDetails }: OpsParts, report: HealthReport): OpsResponse {
  const shown = maySeeDetails(request.header('authorization')) ? report : withoutDetails(report);
  const isHealthJson = wantsHealthJson(request.header('accept'));
  return {
    status: HEALTH_CODES[report.status],
    headers: {
      'content-type': isHealthJson ? 'application/health+json' : 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'accept, authorization',
    },
    body: `${healthBody(shown, isHealthJson)}\n`,
  };
}

/** Without its query, and without a slash at its end. */
function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
