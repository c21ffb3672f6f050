/** Health checks, and whether the service is there at all. */
import { HEALTH_METRICS } from '../../../names/metrics/health.ts';
import type { AlertRow } from '../alert-row.ts';
import { CHECK } from '../labels.ts';
import { RUNTIME } from '../metrics.ts';
import { differs, SERVICE_LABELS } from '../../promql.ts';
import type { Query } from '../query.ts';

const HOUR_SECONDS = 3600;
const state = (query: Query): string => query.min([CHECK], query.of(HEALTH_METRICS.status));
const uptime: readonly [string, (query: Query) => string] = [
  'How long the instances run',
  (query) => query.max(['instance'], query.of(RUNTIME.uptime)),
];
const lastSeen: readonly [string, (query: Query) => string] = [
  'When each instance was last seen',
  (query) => `max by (job, instance) (timestamp(last_over_time(target_info[${query.span(HOUR_SECONDS)}])))`,
];
const targets: readonly [string, () => string] = ['Which targets Prometheus cannot scrape', () => 'up == 0'];
const WHY_DOWN = [
  '`kubectl describe pod`, `docker ps -a`, `systemctl status`: does it run, with which exit code did it end?',
  '137: killed for its memory. 1: a crash, its last log record tells.',
  'It began with a release: roll back.',
];

export const HEALTH_ALERTS: readonly AlertRow[] = [
  {
    name: 'HealthCheckFailing',
    needs: 'a check of `signalbox/health`',
    scope: 'service',
    unit: 'number',
    fires: 'below',
    thresholds: { critical: 0.5, warning: 1 },
    for: { critical: 120, warning: 600 },
    keepFiringFor: 120,
    labels: [CHECK],
    measure: state,
    summary: '{service}: the check {signalbox_health_check_name} fails',
    description:
      'The health check {signalbox_health_check_name} of {service} is at {value} (1 healthy, 0.5 degraded, 0 unhealthy) in its worst instance; said below {threshold}.',
    dashboard: 'overview',
    traces: 'failed',
    runbook: {
      means:
        'The service itself finds that something it needs is away (0) or not as it should be (0.5). At 0 for a check that is critical, `/ready` answers 503 and it gets no requests.',
      look: [
        ['In which instances', (query) => query.min(['instance', CHECK], query.of(HEALTH_METRICS.status))],
        ['Which other checks fail', (query) => `${state(query)} < 1`],
        uptime,
      ],
      mitigate: [
        '`GET /health` with the token tells the error of each check.',
        'One instance only: take it out or restart it.',
        'All: what the check asks for is away.',
      ],
    },
  },
  {
    name: 'ServiceDown',
    needs: 'a service that Prometheus scrapes',
    scope: 'service',
    unit: 'number',
    thresholds: { critical: 0 },
    for: 120,
    labels: [],
    // A target is a service when it had `target_info`, as the ops port of every service has. So has the Collector, for which there is
    // CollectorDown.
    measure: (query) =>
      `count by (${SERVICE_LABELS.join(', ')}) (\n  ${query.of('up', [differs('job', query.jobs.collector)])} == 0\n  and on (job, instance)\n  last_over_time(target_info[${query.span(24 * HOUR_SECONDS)}])\n)`,
    summary: '{value} instances of {service} do not answer',
    description: 'Prometheus cannot scrape {value} instances of {service} for two minutes: they are down, or cannot be reached.',
    dashboard: 'overview',
    runbook: {
      means: 'Instances do not answer on their ops port: they are down, hang, or the network between is broken.',
      look: [targets, lastSeen, uptime],
      mitigate: WHY_DOWN,
    },
  },
  {
    name: 'TelemetryAbsent',
    needs: 'a service whose metrics come by OTLP',
    scope: 'service',
    unit: 'number',
    thresholds: { critical: 0 },
    for: 60,
    labels: [],
    // Nothing says `up == 0` for a service that pushes. Where Prometheus scrapes, that alone counts.
    measure: (query) =>
      `count by (${SERVICE_LABELS.join(', ')}) (last_over_time(${query.of('target_info')}[${query.span(HOUR_SECONDS)}]))\nunless\ncount by (${SERVICE_LABELS.join(', ')}) (last_over_time(${query.of('target_info')}[${query.missing}]))\nunless on (job)\nup`,
    summary: '{service} has stopped sending metrics',
    description:
      '{service} sent metrics in the last hour ({value} instances) and sends none now: it is down, was stopped, or cannot reach the Collector. It ends by itself an hour after the last of them.',
    dashboard: 'telemetry',
    runbook: {
      means:
        'No instance of the service sends any more. It is down, was stopped on purpose, or its telemetry cannot get out. If all services are silent it is the Collector.',
      look: [lastSeen, ['Whether others send still', () => 'count by (job) (target_info)'], targets],
      mitigate: [
        ...WHY_DOWN,
        'It runs: it says on stderr why it cannot export; `signalbox config` tells where to.',
        'Stopped on purpose, or a job that ends: `services: { NAME: { alerts: { TelemetryAbsent: false } } }`.',
      ],
    },
  },
];
