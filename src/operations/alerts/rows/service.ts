/** Requests that a service answers: rate, errors, duration. */
import { DATABASE_INSTRUMENTATION_METRICS, DATABASE_METRICS } from '../../../names/metrics/database.ts';
import { HTTP_INSTRUMENTATION_METRICS } from '../../../names/metrics/http.ts';
import { RPC_METRICS } from '../../../names/metrics/rpc.ts';
import { bucketIs, differs, matches } from '../../promql.ts';
import type { AlertRow, Setting } from '../alert-row.ts';
import { DB_OPERATION, DB_SYSTEM, ERROR_TYPE, ROUTE, RPC_METHOD, RPC_STATUS, SERVER_ADDRESS, STATUS_CODE } from '../labels.ts';
import { RUNTIME } from '../metrics.ts';
import type { Query } from '../query.ts';

const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;
const OUTBOUND = HTTP_INSTRUMENTATION_METRICS.clientRequestDuration;
const QUERIES = DATABASE_INSTRUMENTATION_METRICS.operationDuration;
const CALLS = RPC_METRICS.serverCallDuration;
const SERVER_ERROR = matches(STATUS_CODE, '5..');
const CLIENT_ERROR = matches(STATUS_CODE, '4..');
const WEEK_SECONDS = 604_800;
const HTTP = 'requests that the instrumentation of `http` sees';

const minRequests = (value: number): Record<string, Setting> => ({
  minRequests: { value, meaning: 'with fewer requests in the window it is silent: one failure of three requests is no trend' },
});
const enough = (query: Query, labels: readonly string[] = [], metric: typeof REQUESTS | typeof CALLS = REQUESTS): string =>
  `${query.sum(labels, query.increase(query.count(metric)))} >= ${query.setting('minRequests')}`;
const requestRate = (query: Query): string => query.sum([], query.rate(query.count(REQUESTS)));
const errorsByRoute = (query: Query): string => query.sum([ROUTE, STATUS_CODE], query.rate(query.count(REQUESTS, SERVER_ERROR)));

export const SERVICE_ALERTS: readonly AlertRow[] = [
  {
    name: 'HighErrorRate',
    needs: HTTP,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.01 },
    for: 120,
    keepFiringFor: 300,
    settings: minRequests(10),
    labels: [],
    measure: (query) => query.share([], query.count(REQUESTS, SERVER_ERROR), query.count(REQUESTS)),
    guard: (query) => enough(query),
    summary: '{service}: {value} of the requests fail',
    description:
      'Of the requests that {service} answered in the last {window}, {value} ended with a status of 5xx; the limit is {threshold}. Users see errors now. Mostly a release, or a database or service that it depends on.',
    dashboard: 'service',
    traces: 'failed',
    runbook: {
      means:
        'The service answers more requests with 5xx than it may. Users see errors. Mostly it began with a release, or something that the service depends on is slow or away; if all routes fail alike it is the process or its database, if one does it is that code.',
      look: [
        ['Which routes fail, and with which status', errorsByRoute],
        [
          'Since when: compare with the time of the last release',
          (query) => query.sum([], query.rate(query.count(REQUESTS, SERVER_ERROR))),
        ],
        [
          'Whether something behind it fails too',
          (query) => query.sum([SERVER_ADDRESS], query.rate(query.count(OUTBOUND, differs(ERROR_TYPE, '')))),
        ],
      ],
      mitigate: [
        'It began with a release: roll back first, look for the cause afterwards.',
        'One dependency fails: switch the feature off that needs it, or answer from a cache.',
        'Open a failed trace (the link in the alert): the span with the error nearest to the end of the chain is the cause.',
      ],
    },
  },
  {
    name: 'HighClientErrorRate',
    needs: HTTP,
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.05 },
    for: 600,
    keepFiringFor: 600,
    settings: minRequests(20),
    labels: [],
    measure: (query) => query.share([], query.count(REQUESTS, CLIENT_ERROR), query.count(REQUESTS)),
    guard: (query) => enough(query),
    summary: '{service}: {value} of the requests are refused with 4xx',
    description:
      '{service} answered {value} of the requests of the last {window} with a status of 4xx; the limit is {threshold}. Mostly a client that was released with a mistake, an expired token, a scanner, or a route that is gone.',
    dashboard: 'service',
    runbook: {
      means:
        'Clients send what the service does not accept. 401 and 403: an expired token or key. 404: a route that is gone, or a scanner. 422 and 400: a client released with a mistake. 429: somebody meets a limit.',
      look: [
        ['Which routes and which status', (query) => query.sum([ROUTE, STATUS_CODE], query.rate(query.count(REQUESTS, CLIENT_ERROR)))],
        ['Whether there are more requests than usual (a scanner) or as many (a client)', requestRate],
        ['Share a day ago, to see what is usual', (query) => query.sum([], `rate(${query.count(REQUESTS, CLIENT_ERROR)}[${query.window}] offset ${query.span(86_400)})`)], // prettier-ignore
      ],
      mitigate: [
        'A scanner: block it before the service; 404s of unknown paths have no route.',
        'A client of ours: roll its release back, or accept the old form for a while.',
        'If 4xx is how this service works (a search that answers 404), raise the threshold for it or for the route.',
      ],
    },
  },
  {
    name: 'HighLatency',
    needs: HTTP,
    scope: 'service',
    unit: 'seconds',
    thresholds: { critical: 5, warning: 2 },
    for: { critical: 120, warning: 300 },
    keepFiringFor: 300,
    settings: minRequests(20),
    labels: [],
    measure: (query) => query.quantile(0.95, [], REQUESTS),
    guard: (query) => enough(query),
    summary: '{service}: one of 20 requests takes longer than {value}',
    description:
      'The 95th percentile of the time that {service} takes to answer is {value}; the limit is {threshold}. One of 20 users waits longer. Mostly a slow query, a slow service behind it, or a blocked event loop.',
    dashboard: 'service',
    traces: 'slow',
    runbook: {
      means:
        'One of 20 requests takes longer than the limit. Mostly something behind the service is slow (a query, another service), connections of a pool are all in use, or the event loop is blocked.',
      look: [
        ['Which routes are slow', (query) => query.quantile(0.95, [ROUTE], REQUESTS)],
        ['Whether the event loop is blocked (above 0.2 s it is)', (query) => query.max([], query.of(RUNTIME.delayP99))],
        ['Whether queries are slow', (query) => query.quantile(0.95, [DB_SYSTEM], QUERIES)],
      ],
      mitigate: [
        'Open a slow trace (the link in the alert): the longest span without children is where the time goes.',
        'More load than usual: add instances, as long as the database is not what is slow.',
        'A slow dependency: shorten its time-out, so that requests do not pile up behind it.',
      ],
    },
  },
  {
    name: 'LatencyRegression',
    needs: `${HTTP}, for a week`,
    scope: 'service',
    unit: 'times',
    thresholds: { warning: 2 },
    for: 900,
    keepFiringFor: 900,
    window: 1800,
    settings: { ...minRequests(100), minSeconds: { value: 0.25, meaning: 'what is faster than this is never reported, in seconds' } },
    labels: [],
    measure: (query) => `${query.quantile(0.95, [], REQUESTS)}\n/\n${aWeekAgo(query)}`,
    guard: (query) => `${query.quantile(0.95, [], REQUESTS)} > ${query.setting('minSeconds')}\nand\n${enough(query)}`,
    summary: '{service} is {value} as slow as a week ago',
    description:
      'The 95th percentile of the time that {service} takes to answer is {value} that of the same hour a week ago; reported from {threshold} on. Mostly a release, or data that has grown.',
    dashboard: 'service',
    traces: 'slow',
    runbook: {
      means:
        'The service has become slower than it was at the same hour a week ago, though perhaps not too slow yet. Mostly a release, a missing index for data that has grown, or a cache that no longer fits.',
      look: [
        ['Which routes have become slow', (query) => query.quantile(0.95, [ROUTE], REQUESTS)],
        ['Whether the load has grown', requestRate],
        ['Whether queries have become slow', (query) => query.quantile(0.95, [DB_SYSTEM], QUERIES)],
      ],
      mitigate: [
        'Compare a slow trace of today with one of last week: which span has grown?',
        'Look for the step in the graph: a release is a step, growing data is a slope.',
        'Meant so: it ends by itself after a week.',
      ],
    },
  },
  {
    name: 'TrafficDrop',
    needs: `${HTTP}, for a week`,
    scope: 'service',
    unit: 'ratio',
    fires: 'below',
    thresholds: { warning: 0.4 },
    for: 900,
    keepFiringFor: 600,
    window: 1800,
    settings: { minPerSecond: { value: 0.5, meaning: 'a service that had fewer requests a second a week ago is not compared' } },
    labels: [],
    measure: (query) => `${requestRate(query)}\n/\n${rateAWeekAgo(query)}`,
    guard: (query) => `${rateAWeekAgo(query)} >= ${query.setting('minPerSecond')}`,
    summary: '{service} gets only {value} of the requests of a week ago',
    description:
      '{service} gets {value} of the requests that it had at the same hour a week ago; reported below {threshold}. Perhaps they do not reach it: DNS, certificate, load balancer, or a page that no longer calls it.',
    dashboard: 'service',
    runbook: {
      means:
        'Far fewer requests come than at the same hour a week ago. The service itself may be healthy: look before it (DNS, certificate, load balancer, a page that no longer calls it). Holidays do this too.',
      look: [
        ['Which routes have no callers any more', (query) => query.sum([ROUTE], query.rate(query.count(REQUESTS)))],
        ['Whether all instances get requests', (query) => query.sum(['instance'], query.rate(query.count(REQUESTS)))],
        ['Whether what comes fails, so that clients give up', errorsByRoute],
      ],
      mitigate: [
        'Call the public address from outside: does the certificate hold, does the name resolve?',
        'Look at what was released in front of it: proxy, gateway, the page itself.',
        'A holiday: silence it for the day.',
      ],
    },
  },
  {
    name: 'TrafficSpike',
    needs: `${HTTP}, for a week`,
    scope: 'service',
    unit: 'times',
    thresholds: { info: 3 },
    for: 600,
    keepFiringFor: 600,
    window: 1800,
    settings: { minPerSecond: { value: 5, meaning: 'fewer requests a second than this are never a spike' } },
    labels: [],
    measure: (query) => `${requestRate(query)}\n/\n${rateAWeekAgo(query)}`,
    guard: (query) => `${requestRate(query)} >= ${query.setting('minPerSecond')}`,
    summary: '{service} gets {value} the requests of a week ago',
    description: '{service} gets {value} the requests that it had at the same hour a week ago; reported from {threshold} on.',
    dashboard: 'service',
    runbook: {
      means:
        'Far more requests come than at the same hour a week ago: success, a campaign, a client that retries without end, or a scanner.',
      look: [
        ['Which routes', (query) => query.sum([ROUTE], query.rate(query.count(REQUESTS)))],
        ['Whether they succeed', (query) => query.sum([STATUS_CODE], query.rate(query.count(REQUESTS)))],
        ['Whether the processes hold', (query) => query.max([], query.of(RUNTIME.utilization))],
      ],
      mitigate: [
        'Healthy: enjoy it, and look whether there is room for twice as much.',
        'One route, many errors: a client that retries without a pause. Answer 429 with Retry-After.',
        'Not healthy: add instances.',
      ],
    },
  },
  {
    name: 'RouteErrorRate',
    needs: `${HTTP}, with a route`,
    scope: 'route',
    unit: 'ratio',
    thresholds: { warning: 0.05 },
    for: 300,
    keepFiringFor: 300,
    settings: minRequests(20),
    labels: [ROUTE],
    measure: (query) => query.share([ROUTE], query.count(REQUESTS, SERVER_ERROR, differs(ROUTE, '')), query.count(REQUESTS, differs(ROUTE, ''))), // prettier-ignore
    guard: (query) => enough(query, [ROUTE]),
    summary: '{service}: {value} of the requests for {http_route} fail',
    description:
      'Of the requests for {http_route} that {service} answered in the last {window}, {value} ended with a status of 5xx; the limit is {threshold}.',
    dashboard: 'service',
    traces: 'failed',
    runbook: {
      means: 'One route fails, while the service as a whole may look healthy. Mostly that code, or what it alone depends on.',
      look: [
        ['With which status', errorsByRoute],
        ['Whether it fails on every instance', (query) => query.sum([ROUTE, 'instance'], query.rate(query.count(REQUESTS, SERVER_ERROR)))],
        ['Whether it is slow as well, which points to a time-out', (query) => query.quantile(0.95, [ROUTE], REQUESTS)],
      ],
      mitigate: [
        'Open a failed trace of the route: where does the error begin?',
        'Fails on one instance only: restart that one.',
        'Roll back the last change of that route.',
      ],
    },
  },
  {
    name: 'RouteLatencyHigh',
    needs: `${HTTP}, with a route`,
    scope: 'route',
    unit: 'seconds',
    thresholds: { warning: 5 },
    for: 600,
    keepFiringFor: 300,
    settings: minRequests(20),
    labels: [ROUTE],
    measure: (query) => query.quantile(0.95, [ROUTE], REQUESTS, differs(ROUTE, '')),
    guard: (query) => enough(query, [ROUTE]),
    summary: '{service}: one of 20 requests for {http_route} takes longer than {value}',
    description:
      'The 95th percentile of the time that {service} takes for {http_route} is {value}; the limit is {threshold}. Exports and reports may be slow by nature: set a limit for the route then.',
    dashboard: 'service',
    traces: 'slow',
    runbook: {
      means: 'One route is slow. If it is slow by nature (an export, a report), give it a limit of its own.',
      look: [
        ['How slow, for most and for some', (query) => query.quantile(0.5, [ROUTE], REQUESTS)],
        ['Whether it is called more often than before', (query) => query.sum([ROUTE], query.rate(query.count(REQUESTS)))],
        ['Whether queries are slow', (query) => query.quantile(0.95, [DB_SYSTEM], QUERIES)],
      ],
      mitigate: [
        'Open a slow trace of the route: many short spans alike are a query in a loop, one long span is a missing index.',
        'Put it behind a queue when nobody must wait for it.',
        'Slow by nature: set `routes` in the settings.',
      ],
    },
  },
  {
    name: 'SlowOperations',
    needs: HTTP,
    scope: 'service',
    unit: 'ratio',
    thresholds: { info: 0.05 },
    for: 900,
    keepFiringFor: 900,
    settings: { ...minRequests(100), slowSeconds: { value: 1, meaning: 'from here on a request is slow; must be a bound of a bucket' } },
    labels: [],
    measure: (query) =>
      `1 - ${query.sum([], query.rate(query.of(REQUESTS, [bucketIs(query.setting('slowSeconds'))], 'bucket')))}\n/\n${requestRate(query)}`,
    guard: (query) => enough(query),
    summary: '{service}: {value} of the requests are slow',
    description:
      '{value} of the requests that {service} answered in the last {window} took longer than {slowSeconds} s; reported from {threshold} on.',
    dashboard: 'service',
    traces: 'slow',
    runbook: {
      means: 'A part of the requests is slow. Nobody must get up for it; it is where to look when there is time.',
      look: [
        ['Which routes', (query) => query.quantile(0.95, [ROUTE], REQUESTS)],
        ['Slow queries', (query) => query.sum([DB_SYSTEM, DB_OPERATION], query.rate(query.of(DATABASE_METRICS.slowOperations)))],
        ['Slow services behind it', (query) => query.quantile(0.95, [SERVER_ADDRESS], OUTBOUND)],
      ],
      mitigate: ['Take the slowest route first, and its longest span.', 'Cache what is asked for often and changes seldom.'],
    },
  },
  {
    name: 'RpcErrorRate',
    needs: 'calls that the instrumentation of gRPC sees',
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.05 },
    for: 300,
    keepFiringFor: 300,
    settings: minRequests(20),
    labels: [RPC_METHOD],
    measure: (query) => query.share([RPC_METHOD], query.count(CALLS, differs(ERROR_TYPE, '')), query.count(CALLS)),
    guard: (query) => enough(query, [RPC_METHOD], CALLS),
    summary: '{service}: {value} of the calls of {rpc_method} fail',
    description: '{value} of the calls of {rpc_method} that {service} answered in the last {window} failed; the limit is {threshold}.',
    dashboard: 'service',
    traces: 'failed',
    runbook: {
      means: 'A method of a gRPC server fails. `UNAVAILABLE` and `DEADLINE_EXCEEDED` point behind it, `INTERNAL` to its code.',
      look: [
        ['With which status', (query) => query.sum([RPC_METHOD, RPC_STATUS], query.rate(query.count(CALLS, differs(ERROR_TYPE, ''))))],
        ['How long calls take', (query) => query.quantile(0.95, [RPC_METHOD], CALLS)],
        ['How many there are', (query) => query.sum([RPC_METHOD], query.rate(query.count(CALLS)))],
      ],
      mitigate: ['Open a failed trace of the method.', 'Roll back the last change of either side: client and server may no longer agree.'],
    },
  },
];

function aWeekAgo(query: Query): string {
  const buckets = `rate(${query.of(REQUESTS, [], 'bucket')}[${query.window}] offset ${query.span(WEEK_SECONDS)})`;
  return `histogram_quantile(0.95, ${query.sum(['le'], buckets)})`;
}

function rateAWeekAgo(query: Query): string {
  return query.sum([], `rate(${query.count(REQUESTS)}[${query.window}] offset ${query.span(WEEK_SECONDS)})`);
}
