/** What a service calls, and errors that the application reports itself. */
import { ERROR_METRICS } from '../../../names/metrics/errors.ts';
import { HTTP_INSTRUMENTATION_METRICS } from '../../../names/metrics/http.ts';
import { differs } from '../../promql.ts';
import type { AlertRow } from '../alert-row.ts';
import { ERROR_MODULE, ERROR_TYPE, ROUTE, SERVER_ADDRESS, STATUS_CODE } from '../labels.ts';
import { RUNTIME } from '../metrics.ts';
import type { Query } from '../query.ts';

const CALLS = HTTP_INSTRUMENTATION_METRICS.clientRequestDuration;
const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;
const FAILED = differs(ERROR_TYPE, '');
const enough = (query: Query): string =>
  `${query.sum([SERVER_ADDRESS], query.increase(query.count(CALLS)))} >= ${query.setting('minRequests')}`;
const minRequests = { minRequests: { value: 20, meaning: 'with fewer requests in the window it is silent' } };

export const OUTBOUND_ALERTS: readonly AlertRow[] = [
  {
    name: 'OutboundErrorRate',
    needs: 'requests that the instrumentations of `http` and `undici` see',
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.05 },
    for: 300,
    keepFiringFor: 300,
    settings: minRequests,
    labels: [SERVER_ADDRESS],
    measure: (query) => query.share([SERVER_ADDRESS], query.count(CALLS, FAILED), query.count(CALLS)),
    guard: enough,
    summary: '{service}: {value} of the requests to {server_address} fail',
    description:
      'Of the requests that {service} sent to {server_address} in the last {window}, {value} failed; the limit is {threshold}. Statuses of 4xx count: to the caller they are failures.',
    dashboard: 'service',
    traces: 'failed',
    runbook: {
      means:
        'Another service, or an API of somebody else, refuses what this one sends or is away. Statuses of 4xx count as well: an expired key looks like this.',
      look: [
        [
          'With which status or error',
          (query) => query.sum([SERVER_ADDRESS, STATUS_CODE, ERROR_TYPE], query.rate(query.count(CALLS, FAILED))),
        ],
        ['Whether it is slow too, so that time-outs are behind it', (query) => query.quantile(0.95, [SERVER_ADDRESS], CALLS)],
        ['Whether users see it', (query) => query.sum([ROUTE, STATUS_CODE], query.rate(query.count(REQUESTS, FAILED)))],
      ],
      mitigate: [
        'Look at the status page of the other side.',
        '401 or 403: renew the key. 429: send less, or with pauses. No status: DNS, network, certificate.',
        'Switch off the feature that needs it, or answer from a cache.',
      ],
    },
  },
  {
    name: 'OutboundLatencyHigh',
    needs: 'requests that the instrumentations of `http` and `undici` see',
    scope: 'service',
    unit: 'seconds',
    thresholds: { warning: 5 },
    for: 600,
    keepFiringFor: 300,
    settings: minRequests,
    labels: [SERVER_ADDRESS],
    measure: (query) => query.quantile(0.95, [SERVER_ADDRESS], CALLS),
    guard: enough,
    summary: '{service}: {server_address} takes longer than {value} for one of 20 requests',
    description: 'The 95th percentile of the time that {server_address} takes to answer {service} is {value}; the limit is {threshold}.',
    dashboard: 'service',
    traces: 'slow',
    runbook: {
      means: 'Something that the service calls is slow. What waits for it piles up here: sockets, memory, users.',
      look: [
        ['How slow, for most', (query) => query.quantile(0.5, [SERVER_ADDRESS], CALLS)],
        ['Whether more is asked of it than before', (query) => query.sum([SERVER_ADDRESS], query.rate(query.count(CALLS)))],
        ['Whether it is this process that is slow', (query) => query.max([], query.of(RUNTIME.delayP99))],
      ],
      mitigate: [
        'Shorten the time-out: what waits for a minute is of no use to a user.',
        'Ask for less: a cache, or one request for many things.',
      ],
    },
  },
  {
    name: 'ApplicationErrors',
    needs: '`errorMetrics()`',
    scope: 'service',
    unit: 'per-second',
    thresholds: { warning: 1 },
    for: 300,
    keepFiringFor: 300,
    labels: [ERROR_MODULE],
    measure: (query) => query.sum([ERROR_MODULE], query.rate(query.of(ERROR_METRICS.errors))),
    summary: '{service}: {error_module} meets {value} errors a second',
    description: 'The module {error_module} of {service} reports {value} errors a second; the limit is {threshold}.',
    dashboard: 'service',
    traces: 'failed',
    runbook: {
      means: 'The application reports more errors than usual from one of its modules, whether or not a request failed by them.',
      look: [
        ['Of which type', (query) => query.sum([ERROR_MODULE, ERROR_TYPE], query.rate(query.of(ERROR_METRICS.errors)))],
        ['Whether users see it', (query) => query.sum([ROUTE, STATUS_CODE], query.rate(query.count(REQUESTS, FAILED)))],
        ['On which instance', (query) => query.sum(['instance', ERROR_MODULE], query.rate(query.of(ERROR_METRICS.errors)))],
      ],
      mitigate: ['Read the log of that module, filtered by level `error`.', 'Roll back the last change of it.'],
    },
  },
];
