/** All services on one screen: who is ill. */
import { HEALTH_METRICS } from '../../../names/metrics/health.ts';
import { HTTP_INSTRUMENTATION_METRICS } from '../../../names/metrics/http.ts';
import { CHECK, STATUS_CODE } from '../../alerts/labels.ts';
import { RUNTIME } from '../../alerts/metrics.ts';
import { matches } from '../../promql.ts';
import type { Dashboard } from '../dashboard.ts';
import { fromAlert, legend, rateOf } from '../panels.ts';

const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;
const HEALTH = HEALTH_METRICS.status;

export const OVERVIEW: Dashboard = {
  name: 'overview',
  title: 'Overview',
  description: 'All services: how many requests, how many fail, how slow they are, which alerts fire and which health checks fail.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Services',
          description: 'Services that told of themselves within three minutes.',
          kind: 'stat',
          unit: 'none',
          width: 4,
          ask: (query) => [{ expression: `count(${query.many([], query.of('target_info'))})`, legend: 'services' }],
        },
        {
          title: 'Alerts that fire',
          description: 'Without the Watchdog, which always fires. Grafana lists them under Alerting, and each has its runbook.',
          kind: 'stat',
          unit: 'none',
          width: 4,
          ask: (query) => [
            { expression: `count(${query.of('ALERTS', ['alertstate="firing"', 'alertname!="Watchdog"'])}) or vector(0)`, legend: 'alerts' },
          ],
        },
        {
          title: 'Requests in a second',
          description: 'Of all services that are chosen.',
          kind: 'stat',
          unit: 'ops',
          width: 4,
          ask: (query) => [{ expression: `sum(${query.rate(query.count(REQUESTS))})`, legend: 'requests' }],
        },
        {
          title: 'Health checks',
          description: 'The worst state of each check: 1 is healthy, 0.5 degraded, 0 unhealthy.',
          kind: 'stat',
          unit: 'none',
          width: 12,
          alerts: ['HealthCheckFailing', 'ServiceDown'],
          ask: (query) => [{ expression: query.min([CHECK], query.of(HEALTH)), legend: legend(CHECK) }],
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        rateOf((query) => query.count(REQUESTS), [], {
          title: 'Requests in a second',
          description: 'By service. A line that ends is a service that serves nobody.',
        }),
        fromAlert('HighErrorRate', {
          title: 'Part that ends with 5xx',
          description: 'Part of the requests that the service failed.',
        }),
        fromAlert('HighLatency', {
          title: 'Slowest twentieth (p95)',
          description: 'One request of twenty takes longer.',
        }),
        {
          title: 'Requests by status',
          description: 'All services that are chosen together.',
          unit: 'ops',
          isStacked: true,
          ask: (query) => [{ expression: `sum by (${STATUS_CODE}) (${query.rate(query.count(REQUESTS))})`, legend: `{{${STATUS_CODE}}}` }],
        },
        {
          title: 'Failed requests by service',
          description: 'The last hour.',
          kind: 'table',
          unit: 'short',
          ask: (query) => [
            {
              expression: query.orZero(
                query.sum([], `increase(${query.count(REQUESTS, matches(STATUS_CODE, '5..'))}[1h])`),
                query.sum([], `increase(${query.count(REQUESTS)}[1h])`),
              ),
              legend: legend(),
            },
          ],
        },
        {
          title: 'Instances',
          description: 'Processes of each service that told of themselves.',
          unit: 'none',
          ask: (query) => [{ expression: query.many([], query.of(RUNTIME.uptime)), legend: legend() }],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        fromAlert('EventLoopDelayHigh', {
          title: 'Delay of the event loop (p99)',
          description: 'Of the worst instance. Every request of it waits as long.',
        }),
        fromAlert('CpuHigh', { title: 'Processor', description: 'Of the worst instance; 1 is all that the process may use.' }),
        fromAlert('MemoryHigh', { title: 'Memory', description: 'Of the worst instance, of what the container or the machine has.' }),
      ],
    },
    {
      title: 'Logs',
      panels: [
        {
          title: 'Errors in the logs',
          description: 'Lines of level error and fatal. A line opens its trace.',
          kind: 'logs',
          width: 24,
          expression: `{service_name=~"$service", deployment_environment_name=~"$environment"} | detected_level=~"error|fatal|critical"`,
        },
      ],
    },
  ],
};
