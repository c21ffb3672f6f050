/** Whether telemetry itself arrives: signalbox in the services, the Collector, Prometheus. */
import * as keys from '../../../names/attributes.ts';
import { METRIC_OVERFLOW } from '../../../names/metrics/telemetry.ts';
import { ERROR_TYPE } from '../../alerts/labels.ts';
import { ACCOUNT, type ServerMetricName } from '../../alerts/metrics.ts';
import { differs, equals, label } from '../../promql.ts';
import type { Ask, Dashboard } from '../dashboard.ts';
import type { PanelQuery } from '../panel-query.ts';
import { fromAlert, legend, measureOf } from '../panels.ts';

const RECORDS = { traces: 'spans', logs: 'log_records', metrics: 'metric_points' } as const;
const METRIC = label(keys.METRIC_NAME);

const ofServer = (query: PanelQuery, server: 'prometheus' | 'alertmanager', metric: ServerMetricName): string =>
  `${metric}{${equals('job', query.jobs[server])}}`;
const messages = (query: PanelQuery, metric: ServerMetricName): string =>
  `sum by (integration) (${query.rate(ofServer(query, 'alertmanager', metric))})`;

/** One line for each signal. */
const bySignal = (expression: (of: (typeof ACCOUNT)[number]) => string): readonly Ask[] =>
  ACCOUNT.map((of) => ({ expression: expression(of), legend: `${of.signal} ${legend()}` }));
const lost = (query: PanelQuery, metric: (typeof ACCOUNT)[number]['processed']): string =>
  query.orZero(query.sum([], query.rate(query.of(metric, [differs(ERROR_TYPE, '')]))), query.sum([], query.rate(query.of(metric))));

/** The Collector's counters have a name for each signal, and those of failures are not there before the first: it has `like` then. */
function ofTheCollector(name: string, by: string, like?: string): (query: PanelQuery) => readonly Ask[] {
  return (query) => {
    const rate = (records: string, counter: string): string =>
      `sum by (${by}) (rate(otelcol_${counter}_${records}_total{${equals('job', query.jobs.collector)}}[${query.window}]))`;
    return Object.entries(RECORDS).map(([signal, records]) => ({
      expression: like === undefined ? rate(records, name) : query.orZero(rate(records, name), rate(records, like)),
      legend: `${signal} {{${by}}}`,
    }));
  };
}

export const TELEMETRY: Dashboard = {
  name: 'telemetry',
  title: 'Telemetry health',
  description: 'Whether everything arrives that services record, where it is lost, and how the Collector and Prometheus are.',
  rows: [
    {
      title: 'In the services',
      panels: [
        {
          title: 'Records exported in a second',
          description: 'Acknowledged by the Collector.',
          unit: 'ops',
          ask: (query) => bySignal(({ exported }) => query.sum([], query.rate(query.of(exported, [equals(ERROR_TYPE, '')])))),
        },
        {
          title: 'Lost before they were queued',
          description: 'In a second. Mostly a queue that is full: the Collector is too slow or away.',
          unit: 'ops',
          alerts: ['TelemetryDropped'],
          ask: (query) => bySignal(({ processed }) => lost(query, processed)),
        },
        {
          title: 'Lost on the way',
          description: 'In a second. The Collector refused them, or did not answer until the end.',
          unit: 'ops',
          alerts: ['TelemetryDropped'],
          ask: (query) => bySignal(({ exported }) => lost(query, exported)),
        },
        {
          title: 'Queued in a second',
          description: 'What services record.',
          unit: 'ops',
          ask: (query) => bySignal(({ processed }) => query.sum([], query.rate(query.of(processed, [equals(ERROR_TYPE, '')])))),
        },
        {
          title: 'Waiting',
          description: 'Records that wait or were sent without an answer yet. A line that only grows ends in losses.',
          unit: 'short',
          ask: (query) => bySignal(({ inFlight }) => query.sum([], query.of(inFlight))),
        },
        {
          title: 'Metrics with too many series',
          description: 'Measurements in a second that lost their attributes: the metric has as many combinations of them as it may.',
          unit: 'ops',
          alerts: ['MetricCardinalityOverflow'],
          ask: (query) => [{ expression: query.sum([METRIC], query.rate(query.of(METRIC_OVERFLOW))), legend: legend(METRIC) }],
        },
        {
          title: 'Last word of each service',
          description: 'Seconds since a sample of it was written.',
          kind: 'table',
          unit: 's',
          width: 12,
          alerts: ['TelemetryAbsent'],
          ask: (query) => [{ expression: query.max([], `time() - timestamp(${query.of('target_info')})`), legend: legend() }],
        },
        {
          title: 'Versions',
          description: 'Instances of each version of a service.',
          kind: 'table',
          unit: 'none',
          width: 12,
          ask: (query) => [{ expression: query.many(['service_version'], query.of('target_info')), legend: legend('service_version') }],
        },
      ],
    },
    {
      title: 'Collector',
      panels: [
        {
          title: 'Accepted in a second',
          description: 'By signal and receiver.',
          unit: 'ops',
          ask: ofTheCollector('receiver_accepted', 'receiver'),
        },
        {
          title: 'Refused in a second',
          description: 'Memory or a queue is full: services try again, and lose what their queues cannot hold.',
          unit: 'ops',
          alerts: ['CollectorRefusing'],
          ask: ofTheCollector('receiver_refused', 'receiver', 'receiver_accepted'),
        },
        {
          title: 'Sent in a second',
          description: 'By signal and exporter.',
          unit: 'ops',
          ask: ofTheCollector('exporter_sent', 'exporter'),
        },
        {
          title: 'Not delivered in a second',
          description: 'A store refuses or is away.',
          unit: 'ops',
          alerts: ['CollectorExportFailing'],
          ask: ofTheCollector('exporter_send_failed', 'exporter', 'exporter_sent'),
        },
        fromAlert('CollectorQueueNearFull', { title: 'Queue', description: 'By exporter, of its capacity.' }),
        fromAlert('CollectorMemoryHigh', {
          title: 'Memory',
          description: 'Near its limit it refuses what comes.',
          alsoWatchedBy: ['CollectorDown'],
        }),
      ],
    },
    {
      title: 'Prometheus and Alertmanager',
      panels: [
        fromAlert('PrometheusRuleFailures', {
          title: 'Rules that fail, in ten minutes',
          description: 'By file and group. Alerts of a rule that fails do not come.',
        }),
        fromAlert('AlertmanagerMissing', {
          title: 'Alertmanagers that Prometheus knows',
          description: 'Without one nobody is told of an alert.',
        }),
        fromAlert('AlertsDropped', {
          title: 'Alerts that did not get out, in ten minutes',
          description: 'Alertmanager is away, or does not take them.',
        }),
        {
          title: 'Messages in a second',
          description: 'By the way on which Alertmanager tells people.',
          unit: 'ops',
          ask: (query) => [{ expression: messages(query, 'alertmanager_notifications_total'), legend: '{{integration}}' }],
        },
        {
          title: 'Messages that do not get out',
          description: 'Part of them, by way. A token that is no longer valid, a limit, a message that is refused.',
          unit: 'percentunit',
          alerts: ['AlertmanagerNotifyFailing'],
          ask: (query) => {
            const all = messages(query, 'alertmanager_notifications_total');
            const failed = messages(query, 'alertmanager_notifications_failed_total');
            return [{ expression: query.orZero(`${failed}\n/\n(${all} > 0)`, all), legend: '{{integration}}' }];
          },
        },
        {
          title: 'Configuration that was read',
          description: '1: they run with what stands in the files. 0: the files are wrong, and they go on with the old ones.',
          unit: 'none',
          alerts: ['PrometheusConfigReloadFailed', 'AlertmanagerConfigReloadFailed'],
          ask: () => [
            { expression: measureOf('PrometheusConfigReloadFailed'), legend: legend('instance') },
            { expression: measureOf('AlertmanagerConfigReloadFailed'), legend: legend('instance') },
          ],
        },
        {
          title: 'Alerts that wait to be sent',
          description: 'From Prometheus to Alertmanager.',
          unit: 'short',
          ask: (query) => [
            {
              expression: `sum by (job, instance) (${ofServer(query, 'prometheus', 'prometheus_notifications_queue_length')})`,
              legend: legend('instance'),
            },
          ],
        },
        {
          title: 'Time that groups of rules take',
          description: 'The last time. A group that takes longer than its interval misses its turn.',
          unit: 's',
          ask: (query) => [
            {
              expression: `max by (rule_group) (${ofServer(query, 'prometheus', 'prometheus_rule_group_last_duration_seconds')})`,
              legend: '{{rule_group}}',
            },
          ],
        },
        {
          title: 'Series that Prometheus holds',
          description: 'Its memory grows with them. A step up is an attribute with values without end.',
          unit: 'short',
          ask: (query) => [
            {
              expression: `sum by (job, instance) (${ofServer(query, 'prometheus', 'prometheus_tsdb_head_series')})`,
              legend: legend('instance'),
            },
          ],
        },
      ],
    },
  ],
};
