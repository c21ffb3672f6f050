/** All services on one screen: who is ill. */
import { USER_WINDOW } from '../../../names/attributes.ts';
import { HEALTH_METRICS } from '../../../names/metrics/health.ts';
import { HTTP_INSTRUMENTATION_METRICS } from '../../../names/metrics/http.ts';
import { USER_METRICS } from '../../../names/metrics/users.ts';
import { CHECK, STATUS_CODE } from '../../alerts/labels.ts';
import { RUNTIME } from '../../alerts/metrics.ts';
import { differs, equals, label } from '../../promql.ts';
import type { Dashboard } from '../dashboard.ts';
import { IS_A_SERVICE } from '../panel-query.ts';
import { fromAlert, legend, measureOf, rateOf } from '../panels.ts';

const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;
const HEALTH = HEALTH_METRICS.status;
const LAST_HOUR = equals(label(USER_WINDOW), '1h');
const NO_WATCHDOG = differs('alertname', 'Watchdog');

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
          description: 'Services that told of themselves within five minutes.',
          kind: 'stat',
          unit: 'none',
          width: 4,
          ask: (query) => [{ expression: `count(${query.many([], query.of('target_info', [IS_A_SERVICE]))})`, legend: 'services' }],
        },
        {
          title: 'Alerts that fire',
          description: 'Without the Watchdog, which always fires. Grafana lists them under Alerting, and each has its runbook.',
          kind: 'stat',
          unit: 'none',
          width: 4,
          ask: (query) => [{ expression: `count(${query.firing([NO_WATCHDOG])}) or vector(0)`, legend: 'alerts' }],
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
          title: 'Active users',
          description: 'Different users in the last hour (`userMetrics()`): an estimate, of the largest instance of each service.',
          kind: 'stat',
          unit: 'none',
          width: 4,
          ask: (query) => [{ expression: query.max([], query.of(USER_METRICS.active, [LAST_HOUR])), legend: legend() }],
        },
        {
          title: 'Error budget that is left',
          description: 'Of 30 days, for each objective of signalbox.config. Below 0 it is missed.',
          kind: 'stat',
          unit: 'percentunit',
          width: 8,
          limits: { critical: 0 },
          fires: 'below',
          ask: () => [
            {
              expression: 'slo:period_error_budget_remaining:ratio{sloth_service=~"$service"}',
              legend: '{{sloth_service}} · {{sloth_slo}}',
            },
          ],
        },
        {
          title: 'Health checks',
          description: 'The worst state of each check: 1 is healthy, 0.5 degraded, 0 unhealthy.',
          kind: 'stat',
          unit: 'none',
          width: 24,
          alerts: ['HealthCheckFailing', 'ServiceDown'],
          ask: (query) => [{ expression: query.min([CHECK], query.of(HEALTH)), legend: legend(CHECK) }],
        },
      ],
    },
    {
      title: 'Who is ill',
      panels: [
        {
          title: 'Services',
          description: 'Each service now. A service that answers no requests has its instances only. A click leads to it.',
          kind: 'table',
          unit: 'none',
          width: 14,
          columns: { job: 'Service' },
          ask: (query) => [
            { expression: query.many([], query.of(RUNTIME.uptime)), legend: legend(), column: 'Instances' },
            { expression: query.sum([], query.rate(query.count(REQUESTS))), legend: legend(), column: 'Requests in a second', unit: 'ops' },
            { expression: measureOf('HighErrorRate'), legend: legend(), column: '5xx', unit: 'percentunit', alert: 'HighErrorRate' },
            { expression: measureOf('HighLatency'), legend: legend(), column: 'p95', unit: 's', alert: 'HighLatency' },
          ],
        },
        {
          title: 'Alerts that fire',
          description: 'Watchdog always fires: it says that rules are evaluated.',
          kind: 'table',
          unit: 'none',
          width: 10,
          columns: { alertname: 'Alert', severity: 'Severity', service: 'Service' },
          ask: (query) => [
            {
              // Watchdog is of no service.
              expression: `count by (alertname, severity, service) (${query.firing()} or ALERTS{alertname="Watchdog", alertstate="firing"})`,
              legend: '{{alertname}} · {{service}}',
              column: 'How many',
            },
          ],
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        rateOf((query) => query.count(REQUESTS), [], {
          title: 'Requests in a second',
          description: 'By service. A line at 0 is a service that serves nobody.',
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
          width: 12,
          isStacked: true,
          ask: (query) => [{ expression: `sum by (${STATUS_CODE}) (${query.rate(query.count(REQUESTS))})`, legend: `{{${STATUS_CODE}}}` }],
        },
        {
          title: 'Instances',
          description: 'Processes of each service that told of themselves.',
          unit: 'none',
          width: 12,
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
