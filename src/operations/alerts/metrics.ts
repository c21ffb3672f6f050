/** Rows of the catalogue that rules ask for and that stand in no table of their own, and the metrics of other servers. */
import { METRICS } from '../../names/metrics/catalogue.ts';
import type { MetricRow } from '../../names/metrics/metric-row.ts';
import { EVENT_LOOP_METRICS, PROCESS_METRICS, V8_METRICS } from '../../names/runtime-metrics.ts';
import { SDK_METRICS } from '../../names/metrics.ts';

function row({ name }: { readonly name: string }): MetricRow {
  const found = METRICS.get(name);
  if (found === undefined) throw new Error(`${name} is not in the catalogue of metrics.`);
  return found;
}

export const RUNTIME = {
  delayP50: row(EVENT_LOOP_METRICS.delayP50),
  delayP99: row(EVENT_LOOP_METRICS.delayP99),
  utilization: row(EVENT_LOOP_METRICS.utilization),
  gcDuration: row(V8_METRICS.gcDuration),
  heapUsed: row(V8_METRICS.heapSpaceUsed),
  heapLimit: row(V8_METRICS.heapLimit),
  heapUtilization: row(V8_METRICS.heapUtilization),
  activeResources: row(V8_METRICS.activeResources),
  cpuTime: row(PROCESS_METRICS.cpuTime),
  cpuUtilization: row(PROCESS_METRICS.cpuUtilization),
  memoryUsage: row(PROCESS_METRICS.memoryUsage),
  memoryLimit: row(PROCESS_METRICS.memoryLimit),
  uptime: row(PROCESS_METRICS.uptime),
  fileDescriptors: row(PROCESS_METRICS.fileDescriptors),
} as const;

/** What became of the records of each signal. */
export const ACCOUNT = (['traces', 'logs', 'metrics'] as const).map((signal) => ({
  signal,
  processed: row({ name: SDK_METRICS[signal].processed }),
  exported: row({ name: SDK_METRICS[signal].exported }),
  inFlight: row({ name: SDK_METRICS[signal].inFlight }),
}));

export interface ServerMetric {
  readonly type: 'counter' | 'gauge';
  /** Who emits it. */
  readonly by: string;
  readonly labels: readonly string[];
}

/** `job` and `instance` are on every series. Names are those of the releases in docker-compose.yml. */
export const SERVER_METRICS = {
  up: { type: 'gauge', by: 'Prometheus, for each target that it scrapes', labels: [] },
  target_info: { type: 'gauge', by: 'every service', labels: ['service_name', 'service_version', 'deployment_environment_name'] },
  node_cpu_seconds_total: { type: 'counter', by: 'node_exporter', labels: ['cpu', 'mode'] },
  node_load1: { type: 'gauge', by: 'node_exporter', labels: [] },
  node_memory_MemAvailable_bytes: { type: 'gauge', by: 'node_exporter', labels: [] },
  node_memory_MemTotal_bytes: { type: 'gauge', by: 'node_exporter', labels: [] },
  node_vmstat_pgmajfault: { type: 'counter', by: 'node_exporter', labels: [] },
  node_vmstat_oom_kill: { type: 'counter', by: 'node_exporter', labels: [] },
  node_filesystem_avail_bytes: { type: 'gauge', by: 'node_exporter', labels: ['device', 'fstype', 'mountpoint'] },
  node_filesystem_size_bytes: { type: 'gauge', by: 'node_exporter', labels: ['device', 'fstype', 'mountpoint'] },
  pg_up: { type: 'gauge', by: 'postgres_exporter', labels: [] },
  mysql_up: { type: 'gauge', by: 'mysqld_exporter', labels: [] },
  redis_up: { type: 'gauge', by: 'redis_exporter', labels: [] },
  redis_memory_used_bytes: { type: 'gauge', by: 'redis_exporter', labels: [] },
  redis_memory_max_bytes: { type: 'gauge', by: 'redis_exporter', labels: [] },
  redis_evicted_keys_total: { type: 'counter', by: 'redis_exporter', labels: [] },
  redis_connected_clients: { type: 'gauge', by: 'redis_exporter', labels: [] },
  otelcol_receiver_accepted_spans_total: { type: 'counter', by: 'the Collector', labels: ['receiver', 'transport'] },
  otelcol_receiver_accepted_metric_points_total: { type: 'counter', by: 'the Collector', labels: ['receiver', 'transport'] },
  otelcol_receiver_accepted_log_records_total: { type: 'counter', by: 'the Collector', labels: ['receiver', 'transport'] },
  otelcol_receiver_refused_spans_total: { type: 'counter', by: 'the Collector', labels: ['receiver', 'transport'] },
  otelcol_receiver_refused_metric_points_total: { type: 'counter', by: 'the Collector', labels: ['receiver', 'transport'] },
  otelcol_receiver_refused_log_records_total: { type: 'counter', by: 'the Collector', labels: ['receiver', 'transport'] },
  otelcol_exporter_sent_spans_total: { type: 'counter', by: 'the Collector', labels: ['exporter'] },
  otelcol_exporter_sent_metric_points_total: { type: 'counter', by: 'the Collector', labels: ['exporter'] },
  otelcol_exporter_sent_log_records_total: { type: 'counter', by: 'the Collector', labels: ['exporter'] },
  otelcol_exporter_send_failed_spans_total: { type: 'counter', by: 'the Collector', labels: ['exporter'] },
  otelcol_exporter_send_failed_metric_points_total: { type: 'counter', by: 'the Collector', labels: ['exporter'] },
  otelcol_exporter_send_failed_log_records_total: { type: 'counter', by: 'the Collector', labels: ['exporter'] },
  otelcol_exporter_queue_size: { type: 'gauge', by: 'the Collector', labels: ['exporter', 'data_type'] },
  otelcol_exporter_queue_capacity: { type: 'gauge', by: 'the Collector', labels: ['exporter', 'data_type'] },
  otelcol_process_memory_rss_bytes: { type: 'gauge', by: 'the Collector', labels: [] },
  otelcol_process_cpu_seconds_total: { type: 'counter', by: 'the Collector', labels: [] },
  prometheus_config_last_reload_successful: { type: 'gauge', by: 'Prometheus', labels: [] },
  prometheus_notifications_alertmanagers_discovered: { type: 'gauge', by: 'Prometheus', labels: [] },
  prometheus_notifications_dropped_total: { type: 'counter', by: 'Prometheus', labels: [] },
  prometheus_notifications_errors_total: { type: 'counter', by: 'Prometheus', labels: ['alertmanager'] },
  prometheus_notifications_queue_length: { type: 'gauge', by: 'Prometheus', labels: [] },
  prometheus_rule_evaluation_failures_total: { type: 'counter', by: 'Prometheus', labels: ['rule_group'] },
  prometheus_rule_group_last_duration_seconds: { type: 'gauge', by: 'Prometheus', labels: ['rule_group'] },
  prometheus_rule_group_iterations_missed_total: { type: 'counter', by: 'Prometheus', labels: ['rule_group'] },
  prometheus_tsdb_head_series: { type: 'gauge', by: 'Prometheus', labels: [] },
  alertmanager_notifications_total: { type: 'counter', by: 'Alertmanager', labels: ['integration', 'receiver_name'] },
  alertmanager_notifications_failed_total: { type: 'counter', by: 'Alertmanager', labels: ['integration', 'reason', 'receiver_name'] },
  alertmanager_config_last_reload_successful: { type: 'gauge', by: 'Alertmanager', labels: [] },
  alertmanager_alerts: { type: 'gauge', by: 'Alertmanager', labels: ['state'] },
} as const satisfies Readonly<Record<string, ServerMetric>>;

export type ServerMetricName = keyof typeof SERVER_METRICS;
