/** What the ops port answers, whoever asks: its own server, or one of the application that it is mounted into. */
import type { HealthReport } from '../app/health/check.ts';
import { aliveReport, type Health } from '../app/health/health.ts';
import { contained } from '../runtime/contain.ts';
import { healthBody, HEALTH_CODES, wantsHealthJson, withoutDetails } from './health-body.ts';
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

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const PATHS = [...ROUTES.keys()].join(' ');

/** Whether a path is one of the ops port. */
export function isOpsPath(url: string): boolean {
  return ROUTES.has(pathOf(url));
}

/** Never rejects. */
export async function answerOps(request: OpsRequest, parts: OpsParts): Promise<OpsResponse> {
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
