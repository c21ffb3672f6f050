/** Telemetry itself: what services lose, the Collector, Prometheus, Alertmanager. */
import { equals } from '../../promql.ts';
import type { AlertRow } from '../alert-row.ts';
import { ERROR_TYPE, OVERFLOW } from '../labels.ts';
import { ACCOUNT, type ServerMetricName } from '../metrics.ts';
import type { Query } from '../query.ts';

const COLLECTOR = "the Collector's own metrics, as `otel-collector/config.yaml` gives them";
const COLLECTOR_JOB = ['job', 'instance'] as const;
const byCollector = (name: ServerMetricName, query: Query): string => `${name}{${equals('job', query.jobs.collector)}}`;
/** One of several counters, whichever is there, with the label `signal`. */
const SIGNALS = [
  ['traces', 'spans'],
  ['metrics', 'metric_points'],
  ['logs', 'log_records'],
] as const;

const queue: readonly [string, (query: Query) => string] = [
  'How full its queues are',
  (query) => `${byCollector('otelcol_exporter_queue_size', query)} / ${byCollector('otelcol_exporter_queue_capacity', query)}`,
];
const accepted: readonly [string, (query: Query) => string] = [
  'What comes in',
  (query) => `sum by (receiver, transport) (${query.rate(byCollector('otelcol_receiver_accepted_spans_total', query))})`,
];
const sent: readonly [string, (query: Query) => string] = [
  'What goes out',
  (query) => `sum by (exporter) (${query.rate(byCollector('otelcol_exporter_sent_spans_total', query))})`,
];
const memory: readonly [string, (query: Query) => string] = [
  'Its memory',
  (query) => byCollector('otelcol_process_memory_rss_bytes', query),
];
const inFlight: readonly [string, (query: Query) => string] = [
  'What waits in the services',
  (query) => ACCOUNT.map((signal) => query.max([], query.of(signal.inFlight))).join(' or '),
];

export const TELEMETRY_ALERTS: readonly AlertRow[] = [
  {
    name: 'TelemetryDropped',
    needs: 'signalbox, by itself',
    scope: 'service',
    unit: 'per-second',
    thresholds: { warning: 0 },
    for: 120,
    keepFiringFor: 900,
    labels: ['signal', ERROR_TYPE],
    measure: (query) => ACCOUNT.flatMap((signal) => [signal.processed, signal.exported].map((metric) => {
      const lost = query.sum([ERROR_TYPE], query.rate(query.of(metric, [`${ERROR_TYPE}!=""`])));
      return `label_replace(${lost}, "signal", "${signal.signal}", "", "")`;
    })).join('\nor\n'), // prettier-ignore
    summary: '{service} loses {value} records of {signal} a second',
    description:
      '{service} loses {value} records of {signal} a second ({error_type}). What is lost cannot be seen in traces, logs or dashboards.',
    dashboard: 'telemetry',
    runbook: {
      means:
        'A service could not get rid of its telemetry and dropped some. The reason is in the label `error_type`, and on the stderr of the service.',
      look: [inFlight, queue, accepted],
      mitigate: [
        '`queue_full`: the Collector is too slow or away, or more is recorded than it can take.',
        'A status (`400`, `404`): the endpoint refuses for good; see the message on stderr.',
        'Too large: see the limits in [configuration](../configuration.md).',
      ],
    },
  },
  {
    name: 'MetricCardinalityOverflow',
    needs: 'signalbox, or another SDK of OpenTelemetry',
    scope: 'service',
    unit: 'number',
    thresholds: { warning: 0 },
    for: 0,
    keepFiringFor: 900,
    labels: ['metric'],
    measure: (query) => query.many(['metric'], `label_replace({${OVERFLOW}="true"${query.more}}, "metric", "$1", "__name__", "(.+)")`),
    summary: '{service}: {metric} has too many different attributes',
    description:
      '{metric} of {service} has more sets of attributes than are kept (2000); the rest is one series. Totals are right, figures by attribute are too small.',
    dashboard: 'telemetry',
    runbook: {
      means:
        'An attribute of a metric has values without end: an id, an address, a path as it was asked for. What is beyond the limit is added up in one series.',
      look: [
        ['Which metric', (query) => `count by (__name__, job) ({${OVERFLOW}="true"${query.more}})`],
        ['How many series Prometheus holds', () => 'prometheus_tsdb_head_series'],
        ['Which jobs have most series', () => 'topk(10, count by (job) ({job!=""}))'],
      ],
      mitigate: [
        'Take the attribute away where it is recorded, or in a view (`SIGNALBOX_METRICS_VIEWS`).',
        'Ids belong on spans and logs.',
      ],
    },
  },
  {
    name: 'CollectorDown',
    needs: 'a Collector that Prometheus scrapes',
    scope: 'server',
    unit: 'number',
    thresholds: { critical: 0 },
    for: 120,
    // Longer than what it explains goes on: the window of that, and how long that is kept.
    keepFiringFor: 120,
    labels: ['job'],
    measure: (query) => `count by (job) (${byCollector('up', query)} == 0)`,
    summary: '{value} Collectors do not answer',
    description:
      'Prometheus cannot scrape {value} Collectors ({job}) for two minutes. Services keep what they have and send it later; then they drop.',
    dashboard: 'telemetry',
    runbook: {
      means:
        'The Collector is down or cannot be reached. No traces, logs and pushed metrics arrive; alerts on them are silent. Services keep some, then drop.',
      look: [['Which', (query) => byCollector('up', query)], memory, inFlight],
      mitigate: [
        'Start it. What is in its queue on the disk it sends then.',
        'It ends at once: `otelcol validate --config …` tells what is wrong.',
        'Exit code 137: give it more memory.',
      ],
    },
  },
  {
    name: 'CollectorRefusing',
    needs: COLLECTOR,
    scope: 'server',
    unit: 'per-second',
    thresholds: { warning: 0 },
    for: 300,
    keepFiringFor: 300,
    labels: [...COLLECTOR_JOB, 'signal'],
    measure: (query) => bySignal(query, 'otelcol_receiver_refused'),
    summary: 'The Collector refuses {value} records of {signal} a second',
    description:
      'The Collector {instance} refuses {value} records of {signal} a second: its memory is full, or what is behind it takes nothing. Senders wait, then drop.',
    dashboard: 'telemetry',
    runbook: {
      means: 'The Collector answers 503 or `UNAVAILABLE`: its memory limiter is at work. Senders try again; what they cannot keep is lost.',
      look: [memory, queue, accepted],
      mitigate: [
        'A queue is full: see [CollectorExportFailing](CollectorExportFailing.md).',
        'More load than ever: sample less, or give it more memory (`OTELCOL_MEMORY_LIMIT_MIB`).',
      ],
    },
  },
  {
    name: 'CollectorExportFailing',
    needs: COLLECTOR,
    scope: 'server',
    unit: 'per-second',
    thresholds: { critical: 0 },
    for: 300,
    keepFiringFor: 300,
    labels: [...COLLECTOR_JOB, 'signal', 'exporter'],
    measure: (query) => bySignal(query, 'otelcol_exporter_send_failed', ['exporter']),
    summary: 'The Collector loses {value} records of {signal} a second to {exporter}',
    description: 'The exporter {exporter} of the Collector {instance} gives up {value} records of {signal} a second. They are lost.',
    dashboard: 'telemetry',
    runbook: {
      means: 'What is behind the Collector refuses for good (a 400 or 404), or it has given up trying. These records are lost.',
      look: [queue, sent, accepted],
      mitigate: [
        "The Collector's log has the answer: look for `Exporting failed`.",
        '404 from Prometheus: `--web.enable-otlp-receiver` is missing. 400: samples too old (`out_of_order_time_window`).',
        'Store full or away: see there.',
      ],
    },
  },
  {
    name: 'CollectorQueueNearFull',
    needs: COLLECTOR,
    scope: 'server',
    unit: 'ratio',
    thresholds: { critical: 0.95, warning: 0.7 },
    for: 120,
    keepFiringFor: 300,
    labels: [...COLLECTOR_JOB, 'exporter'],
    measure: (query) => `max by (job, instance, exporter) (${queue[1](query)})`,
    summary: "The Collector's queue to {exporter} is {value} full",
    description:
      'The queue of the Collector {instance} to {exporter} is {value} full; the limit is {threshold}. What is behind it is away or too slow. When it is full, senders are held back.',
    dashboard: 'telemetry',
    runbook: {
      means: 'What comes in does not get out as fast. The queue holds it for a while, on the disk.',
      look: [queue, sent, accepted],
      mitigate: ['Is the store behind it up?', 'It is slow: give it more, or send less (sampling).', 'More room: `OTELCOL_QUEUE_BYTES`.'],
    },
  },
  {
    name: 'CollectorMemoryHigh',
    needs: COLLECTOR,
    scope: 'server',
    unit: 'bytes',
    thresholds: { warning: 500_000_000 },
    for: 600,
    keepFiringFor: 300,
    labels: [...COLLECTOR_JOB],
    measure: (query) => `max by (job, instance) (${byCollector('otelcol_process_memory_rss_bytes', query)})`,
    summary: 'The Collector uses {value} of memory',
    description: 'The Collector {instance} uses {value} of memory; the limit is {threshold}. Its container has 640 MiB.',
    dashboard: 'telemetry',
    runbook: {
      means: 'The Collector comes near to the limit of its container. Mostly traces that wait for a decision.',
      look: [memory, accepted, queue],
      mitigate: [
        'Decide sooner: `SIGNALBOX_TAIL_SAMPLING_MAX_WAIT_MS`.',
        'More memory: `mem_limit`, `OTELCOL_MEMORY_LIMIT_MIB` and the threshold here.',
      ],
    },
  },
];

function bySignal(
  query: Query,
  prefix: 'otelcol_receiver_refused' | 'otelcol_exporter_send_failed',
  labels: readonly string[] = [],
): string {
  return SIGNALS.map(([signal, what]) => {
    const rate = `sum by (${['job', 'instance', ...labels].join(', ')}) (${query.rate(byCollector(`${prefix}_${what}_total`, query))})`;
    return `label_replace(${rate}, "signal", "${signal}", "", "")`;
  }).join('\nor\n');
}
