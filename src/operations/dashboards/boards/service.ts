/** One service: rate, errors and duration for each route, what it calls, its logs. */
import { ALERT_METRICS } from '../../../names/metrics/alerts.ts';
import { ERROR_METRICS, SENTRY_METRICS } from '../../../names/metrics/errors.ts';
import { HTTP_INSTRUMENTATION_METRICS, HTTP_METRICS } from '../../../names/metrics/http.ts';
import { RPC_METRICS } from '../../../names/metrics/rpc.ts';
import { ERROR_MODULE, ERROR_TYPE, ROUTE, RPC_METHOD, SERVER_ADDRESS, STATUS_CODE } from '../../alerts/labels.ts';
import { differs } from '../../promql.ts';
import type { Dashboard } from '../dashboard.ts';
import type { PanelQuery } from '../panel-query.ts';
import { fromAlert, legend, measureOf, quantiles, rateOf } from '../panels.ts';

const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;
const CALLS = HTTP_INSTRUMENTATION_METRICS.clientRequestDuration;
const OF_THE_ROUTE = `${ROUTE}=~"$route"`;
const requests = (query: PanelQuery): string => query.count(REQUESTS, OF_THE_ROUTE);

export const SERVICE: Dashboard = {
  name: 'service',
  title: 'Service',
  description: 'One service: how many requests each route gets, how many fail, how long they take, what it calls, its traces and its logs.',
  isOfOneService: true,
  rows: [
    {
      title: 'Requests',
      panels: [
        rateOf(requests, [ROUTE], {
          title: 'Requests in a second, by route',
          description: 'Requests without a route are those that nothing answered, mostly 404.',
        }),
        fromAlert('HighErrorRate', {
          title: 'Part that ends with 5xx',
          description: 'Of all routes together.',
          alsoWatchedBy: ['TrafficDrop', 'TrafficSpike'],
        }),
        quantiles(
          REQUESTS,
          [],
          {
            title: 'Duration',
            description: 'Of the routes that are chosen. A dot is a request: it opens its trace.',
            unit: 's',
            alerts: ['HighLatency', 'LatencyRegression'],
          },
          [OF_THE_ROUTE],
        ),
        rateOf(requests, [STATUS_CODE], { title: 'Requests by status', description: 'Of the routes that are chosen.', isStacked: true }),
        fromAlert('RouteErrorRate', {
          title: 'Part that ends with 5xx, by route',
          description: 'Which route fails.',
          matchers: [OF_THE_ROUTE],
        }),
        fromAlert('RouteLatencyHigh', {
          title: 'Slowest twentieth (p95), by route',
          description: 'Which route is slow.',
          matchers: [OF_THE_ROUTE],
        }),
        fromAlert('HighClientErrorRate', {
          title: 'Part that ends with 4xx',
          description: 'Callers who ask wrongly, or a route that is gone.',
        }),
        fromAlert('SlowOperations', { title: 'Part that takes more than a second', description: 'Of all routes together.' }),
        {
          title: 'Being served',
          description: 'Requests that have begun and not ended (`watchServer`). A line that only grows is requests that hang.',
          unit: 'short',
          ask: (query) => [{ expression: query.sum([], query.of(HTTP_METRICS.activeRequests)), legend: legend() }],
        },
      ],
    },
    {
      title: 'Routes',
      panels: [
        {
          title: 'Routes',
          description: 'Each route now: what it gets, which part fails, how long one of twenty takes.',
          kind: 'table',
          unit: 'ops',
          width: 24,
          columns: { job: 'Service', [ROUTE]: 'Route' },
          ask: (query) => [
            {
              expression: query.sum([ROUTE], query.rate(query.count(REQUESTS, differs(ROUTE, ''), OF_THE_ROUTE))),
              legend: legend(ROUTE),
              column: 'Requests in a second',
            },
            {
              expression: measureOf('RouteErrorRate', [OF_THE_ROUTE]),
              legend: legend(ROUTE),
              column: '5xx',
              unit: 'percentunit',
              alert: 'RouteErrorRate',
            },
            {
              expression: measureOf('RouteLatencyHigh', [OF_THE_ROUTE]),
              legend: legend(ROUTE),
              column: 'p95',
              unit: 's',
              alert: 'RouteLatencyHigh',
            },
          ],
        },
      ],
    },
    {
      title: 'Sizes',
      panels: [
        quantiles(
          HTTP_METRICS.requestBodySize,
          [],
          { title: 'Bodies of requests', description: 'By `watchServer`.', unit: 'bytes', width: 12 },
          [OF_THE_ROUTE],
        ),
        quantiles(
          HTTP_METRICS.responseBodySize,
          [],
          { title: 'Bodies of responses', description: 'By `watchServer`.', unit: 'bytes', width: 12 },
          [OF_THE_ROUTE],
        ),
      ],
    },
    {
      title: 'What it calls',
      panels: [
        rateOf((query) => query.count(CALLS), [SERVER_ADDRESS], {
          title: 'Calls in a second, by host',
          description: 'HTTP requests of the service.',
        }),
        fromAlert('OutboundErrorRate', { title: 'Part that fails, by host', description: 'No answer, or 4xx and 5xx.' }),
        fromAlert('OutboundLatencyHigh', { title: 'Slowest twentieth (p95), by host', description: 'Whom the service waits for.' }),
        quantiles(RPC_METRICS.clientCallDuration, [RPC_METHOD], {
          title: 'Remote procedures it calls',
          description: 'gRPC, by method.',
          unit: 's',
        }),
        quantiles(RPC_METRICS.serverCallDuration, [RPC_METHOD], {
          title: 'Remote procedures it serves',
          description: 'gRPC, by method.',
          unit: 's',
        }),
        fromAlert('RpcErrorRate', { title: 'Remote procedures that fail', description: 'Of those it serves, by method.' }),
      ],
    },
    {
      title: 'Errors',
      panels: [
        fromAlert('ApplicationErrors', {
          title: 'Errors by module',
          description: 'What the application counts with `errorMetrics()`.',
          width: 8,
        }),
        rateOf((query) => query.of(ERROR_METRICS.errors), [ERROR_TYPE, ERROR_MODULE], {
          title: 'Errors by type',
          description: 'What the application counts with `errorMetrics()`.',
        }),
        {
          title: 'Alerts from code in 15 minutes',
          description: 'What the application raised with `sendAlert()`; those with a reason were not sent or did not arrive.',
          unit: 'short',
          ask: (query) => [
            { expression: query.sum([ERROR_TYPE], query.grown(query.of(ALERT_METRICS.sent), 900)), legend: legend(ERROR_TYPE) },
          ],
        },
        rateOf((query) => query.of(SENTRY_METRICS.dropped), [ERROR_TYPE], {
          title: 'Errors that did not reach Sentry',
          description: 'By the reason: a rate limit, a duplicate, a server that does not answer.',
        }),
      ],
    },
    {
      title: 'Traces and errors',
      panels: [
        { title: 'Traces', description: 'The newest. The id opens the trace.', kind: 'traces', width: 12 },
        {
          title: 'Errors in the logs',
          description: 'Lines of level error and fatal. A line opens its trace: the way to what failed.',
          kind: 'logs',
          width: 12,
          expression: `{service_name="$service", deployment_environment_name=~"$environment"} | detected_level=~"error|fatal|critical"`,
        },
      ],
    },
    {
      title: 'Logs',
      panels: [
        {
          title: 'Logs',
          description: 'All levels. A line opens its trace.',
          kind: 'logs',
          width: 24,
          expression: `{service_name="$service", deployment_environment_name=~"$environment"}`,
        },
      ],
    },
  ],
};
