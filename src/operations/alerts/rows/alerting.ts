/** Prometheus and Alertmanager: whether alerts are made at all, and arrive. */
import { equals } from '../../promql.ts';
import type { AlertRow } from '../alert-row.ts';
import type { ServerMetricName } from '../metrics.ts';
import type { Query } from '../query.ts';

const PROMETHEUS = "Prometheus' own metrics, scraped by itself";
const ALERTMANAGER = "Alertmanager's own metrics, scraped by Prometheus";
const LABELS = ['job', 'instance'];
const prometheus = (name: ServerMetricName, query: Query): string => `${name}{${equals('job', query.jobs.prometheus)}}`;
const alertmanager = (name: ServerMetricName, query: Query): string => `${name}{${equals('job', query.jobs.alertmanager)}}`;

const slowGroups: readonly [string, (query: Query) => string] = [
  'How long groups of rules take',
  (query) => prometheus('prometheus_rule_group_last_duration_seconds', query),
];
const notified: readonly [string, (query: Query) => string] = [
  'What is sent, by way',
  (query) => `sum by (integration, receiver_name) (${query.rate(alertmanager('alertmanager_notifications_total', query))})`,
];
const known: readonly [string, (query: Query) => string] = ['Which alerts it has', (query) => alertmanager('alertmanager_alerts', query)];
const waiting: readonly [string, (query: Query) => string] = [
  'What waits to be sent',
  (query) => prometheus('prometheus_notifications_queue_length', query),
];
const sendErrors: readonly [string, (query: Query) => string] = [
  'Errors by Alertmanager',
  (query) => `sum by (alertmanager) (${query.rate(prometheus('prometheus_notifications_errors_total', query))})`,
];
const firing: readonly [string, () => string] = ['What fires now', () => 'count by (alertname, severity) (ALERTS{alertstate="firing"})'];

export const ALERTING_ALERTS: readonly AlertRow[] = [
  {
    name: 'PrometheusRuleFailures',
    needs: PROMETHEUS,
    scope: 'server',
    unit: 'number',
    thresholds: { warning: 0 },
    for: 0,
    keepFiringFor: 900,
    labels: [...LABELS, 'rule_group'],
    measure: (query) =>
      `sum by (job, instance, rule_group) (${query.grown(prometheus('prometheus_rule_evaluation_failures_total', query), 600)})`,
    summary: 'Rules of {rule_group} fail',
    description:
      'Prometheus {instance} could not evaluate rules of {rule_group} {value} times in the last ten minutes. Alerts of them do not come.',
    dashboard: 'telemetry',
    runbook: {
      means: 'A rule cannot be evaluated: two series where there must be one, or a query that takes too long. Its alert is blind.',
      look: [
        slowGroups,
        [
          'Which groups miss their turn',
          (query) => `sum by (rule_group) (${query.increase(prometheus('prometheus_rule_group_iterations_missed_total', query), 3600)})`,
        ],
        firing,
      ],
      mitigate: [
        'The page Status → Rule health tells the error.',
        'A rule of your own: mend its `by (…)`.',
        'Too slow: more memory and processor for Prometheus.',
      ],
    },
  },
  {
    name: 'PrometheusConfigReloadFailed',
    needs: PROMETHEUS,
    scope: 'server',
    unit: 'number',
    fires: 'below',
    thresholds: { warning: 1 },
    for: 300,
    labels: LABELS,
    measure: (query) => `min by (job, instance) (${prometheus('prometheus_config_last_reload_successful', query)})`,
    summary: 'Prometheus {instance} runs with an old configuration',
    description: 'Prometheus {instance} could not read its configuration or its rules when it was told to. It goes on with the old ones.',
    dashboard: 'telemetry',
    runbook: {
      means: 'The files were changed and are wrong. Prometheus goes on with what it had; after its next start it would not come up.',
      look: [['Which', (query) => prometheus('prometheus_config_last_reload_successful', query)], slowGroups, firing],
      mitigate: [
        '`promtool check config prometheus.yml` and `promtool check rules rules/*.yml` tell the line.',
        'Then `kill -HUP`, or `POST /-/reload`.',
      ],
    },
  },
  {
    name: 'AlertmanagerMissing',
    needs: PROMETHEUS,
    scope: 'server',
    unit: 'number',
    fires: 'below',
    thresholds: { critical: 1 },
    for: 300,
    labels: LABELS,
    measure: (query) => `min by (job, instance) (${prometheus('prometheus_notifications_alertmanagers_discovered', query)})`,
    summary: 'Prometheus {instance} knows no Alertmanager',
    description: 'Prometheus {instance} has no Alertmanager to send alerts to. Nobody is told of anything; you read this by another way.',
    dashboard: 'telemetry',
    runbook: {
      means: 'No Alertmanager is configured or found. Alerts are made and go nowhere.',
      look: [['How many it knows', (query) => prometheus('prometheus_notifications_alertmanagers_discovered', query)], firing, waiting],
      mitigate: [
        '`alerting:` in `prometheus.yml` names it; the page Status → Runtime shows what was found.',
        'You want none: `alerts: { AlertmanagerMissing: false }`.',
      ],
    },
  },
  {
    name: 'AlertsDropped',
    needs: PROMETHEUS,
    scope: 'server',
    unit: 'number',
    thresholds: { critical: 0 },
    for: 120,
    keepFiringFor: 900,
    labels: LABELS,
    measure: (query) => `sum by (job, instance) (${query.grown(prometheus('prometheus_notifications_dropped_total', query), 600)})`,
    summary: 'Prometheus {instance} could not send {value} alerts',
    description: 'Prometheus {instance} dropped {value} alerts in the last ten minutes: Alertmanager is away or does not take them.',
    dashboard: 'telemetry',
    runbook: {
      means: 'Prometheus cannot reach Alertmanager, or is refused. Nobody is told of what fires.',
      look: [sendErrors, waiting, firing],
      mitigate: ['Is Alertmanager up? `GET :9093/-/ready`.', 'The log of Prometheus has the answer: look for `Error sending alerts`.'],
    },
  },
  {
    name: 'AlertmanagerNotifyFailing',
    needs: ALERTMANAGER,
    scope: 'server',
    unit: 'ratio',
    thresholds: { critical: 0.01 },
    for: 300,
    keepFiringFor: 300,
    labels: [...LABELS, 'integration'],
    measure: (query) =>
      `sum by (job, instance, integration) (${query.rate(alertmanager('alertmanager_notifications_failed_total', query))})\n/\nsum by (job, instance, integration) (${query.rate(alertmanager('alertmanager_notifications_total', query))})`,
    summary: 'Alertmanager cannot deliver {value} of its messages by {integration}',
    description:
      'Alertmanager {instance} failed to deliver {value} of its messages by {integration} in the last {window}; the limit is {threshold}.',
    dashboard: 'telemetry',
    runbook: {
      means:
        'Messages do not get out on one way (Telegram, a webhook, mail): a token that is no longer valid, a limit, a message that is refused.',
      look: [
        ['Why', (query) => `sum by (integration, reason) (${query.rate(alertmanager('alertmanager_notifications_failed_total', query))})`],
        notified,
        known,
      ],
      mitigate: [
        'Its log has the answer: look for `Notify for alerts failed`.',
        'Telegram 401: the token; 403: the bot was thrown out of the chat; 400: the template.',
        'Let a second way exist for what is critical.',
      ],
    },
  },
  {
    name: 'AlertmanagerConfigReloadFailed',
    needs: ALERTMANAGER,
    scope: 'server',
    unit: 'number',
    fires: 'below',
    thresholds: { warning: 1 },
    for: 300,
    labels: LABELS,
    measure: (query) => `min by (job, instance) (${alertmanager('alertmanager_config_last_reload_successful', query)})`,
    summary: 'Alertmanager {instance} runs with an old configuration',
    description: 'Alertmanager {instance} could not read its configuration when it was told to. It goes on with the old one.',
    dashboard: 'telemetry',
    runbook: {
      means: 'The file or a template was changed and is wrong. After its next start it would not come up.',
      look: [['Which', (query) => alertmanager('alertmanager_config_last_reload_successful', query)], notified, known],
      mitigate: ['`amtool check-config alertmanager.yml` tells the line.', 'Then `kill -HUP`, or `POST /-/reload`.'],
    },
  },
  {
    name: 'Watchdog',
    needs: 'nothing: it fires always',
    scope: 'server',
    unit: 'number',
    thresholds: { info: 0 },
    for: 0,
    labels: [],
    measure: () => 'vector(1)',
    summary: 'Alerts work',
    description:
      'This alert fires always. Send it to something that calls you when it stops coming: then Prometheus or Alertmanager is down.',
    dashboard: 'telemetry',
    runbook: {
      means: "It fires always, so that its silence tells that alerting is broken. A service outside (a dead man's switch) must expect it.",
      look: [firing, waiting, notified],
      mitigate: ['It has stopped: is Prometheus up, does it evaluate rules, does Alertmanager deliver?'],
    },
  },
];
