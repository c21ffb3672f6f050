/** For each alert the series by which its value is `value`. */
import { AI_METRICS } from '../../../src/names/metrics/ai.ts';
import { CACHE_METRICS } from '../../../src/names/metrics/cache.ts';
import { DATABASE_INSTRUMENTATION_METRICS, DATABASE_METRICS } from '../../../src/names/metrics/database.ts';
import { ERROR_METRICS } from '../../../src/names/metrics/errors.ts';
import { HEALTH_METRICS } from '../../../src/names/metrics/health.ts';
import { HTTP_INSTRUMENTATION_METRICS } from '../../../src/names/metrics/http.ts';
import { PAYMENT_METRICS } from '../../../src/names/metrics/payments.ts';
import type { MetricRow } from '../../../src/names/metrics/metric-row.ts';
import { MESSAGING_METRICS, QUEUE_METRICS } from '../../../src/names/metrics/queue.ts';
import { RPC_METRICS } from '../../../src/names/metrics/rpc.ts';
import { TRANSFER_METRICS } from '../../../src/names/metrics/transfer.ts';
import { USER_METRICS } from '../../../src/names/metrics/users.ts';
import { ACCOUNT, RUNTIME } from '../../../src/operations/alerts/metrics.ts';
import { count, counter, gauge, histogram, total, withQuantile, type Series } from './series.ts';

export interface World {
  /** Of the alert, beside the service's. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly series: (value: number, isIll: boolean) => readonly Series[];
  /** While all is well. */
  readonly calm: number;
  /** What fires, and what does not, where a threshold of 0 has nothing just below it. */
  readonly fires?: number;
  readonly stays?: number;
  /** How far its rules look back. @defaultValue 5 */
  readonly windowMinutes?: number;
  /** How long all is well before. @defaultValue the window and 10 */
  readonly calmMinutes?: number;
  /** Which services have it. @defaultValue both */
  readonly only?: 'pushed' | 'scraped';
  /** Of a server: its labels, in place of a service's. */
  readonly server?: Readonly<Record<string, string>>;
  /** It is about series that end. */
  readonly firesWhenSeriesEnd?: true;
  /** Of the settings: a week of samples takes long. */
  readonly timeScale?: number;
}

const { clientRequestDuration: CALLS, serverRequestDuration: REQUESTS } = HTTP_INSTRUMENTATION_METRICS;
const OPERATIONS = DATABASE_INSTRUMENTATION_METRICS.operationDuration;
const PROCESSED = MESSAGING_METRICS.processDuration;
/** The week is then 202 minutes. */
const WEEK_AGO = { timeScale: 0.02, calmMinutes: 230 } as const;
const HOUR = 3600;
const route = { http_route: '/orders/:id', http_request_method: 'GET' };
const ok = { ...route, http_response_status_code: '200' };
const requests = (status: string, value: number): Series[] => [
  count(REQUESTS, { ...route, http_response_status_code: status }, value * 10),
  count(REQUESTS, ok, (1 - value) * 10),
];
const db = { db_system_name: 'postgresql', db_operation_name: 'SELECT' };
const pool = { db_system_name: 'postgresql', db_client_connection_pool_name: 'main' };
const queue = { messaging_system: 'bullmq', messaging_destination_name: 'mails' };
const queueLabels = { messaging_destination_name: 'mails' };
const download = { transfer_kind: 'video', network_io_direction: 'receive' };
const model = { gen_ai_provider_name: 'openai', gen_ai_request_model: 'gpt-5' };
const bot = { messaging_system: 'telegram', bot_handler: 'start' };
const provider = { payment_provider: 'stripe' };
const collector = { job: 'otel-collector', instance: 'collector:8888' };
const prometheus = { job: 'prometheus', instance: 'prometheus:9090' };
const alertmanager = { job: 'alertmanager', instance: 'alertmanager:9093' };
const host = { job: 'node', instance: 'host-1:9100' };
const failing = (metric: MetricRow, labels: Record<string, string>, value: number): Series[] => [
  count(metric, { ...labels, error_type: 'Error' }, value * 10),
  count(metric, labels, (1 - value) * 10),
];
/** The workers are another service of the same environment. */
const worker = { job: 'worker', service_name: 'worker' };

export const WORLDS: Readonly<Record<string, World>> = {
  HighErrorRate: { calm: 0, series: (value) => requests('503', value) },
  HighClientErrorRate: { calm: 0, series: (value) => requests('404', value) },
  HighLatency: { calm: 0.1, series: (value) => withQuantile(REQUESTS, ok, 10, 0.95, value) },
  LatencyRegression: {
    calm: 1,
    ...WEEK_AGO,
    series: (value) => withQuantile(REQUESTS, ok, 10, 0.95, 0.3 * value),
  },
  TrafficDrop: {
    calm: 1,
    ...WEEK_AGO,
    series: (value) => [count(REQUESTS, ok, 10 * value)],
  },
  TrafficSpike: {
    calm: 1,
    ...WEEK_AGO,
    series: (value) => [count(REQUESTS, ok, 10 * value)],
  },
  RouteErrorRate: { labels: { http_route: '/orders/:id' }, calm: 0, series: (value) => requests('500', value) },
  RouteLatencyHigh: { labels: { http_route: '/orders/:id' }, calm: 0.1, series: (value) => withQuantile(REQUESTS, ok, 10, 0.95, value) },
  SlowOperations: { calm: 0.01, series: (value) => histogram(REQUESTS, ok, 10, (bound) => (bound <= 1 ? 1 - value : 1)) },
  RpcErrorRate: {
    labels: { rpc_method: 'shop.Orders/Get' },
    calm: 0,
    series: (value) => failing(RPC_METRICS.serverCallDuration, { rpc_method: 'shop.Orders/Get' }, value),
  },
  OutboundErrorRate: {
    labels: { server_address: 'api.example' },
    calm: 0,
    series: (value) => failing(CALLS, { server_address: 'api.example' }, value),
  },
  OutboundLatencyHigh: {
    labels: { server_address: 'api.example' },
    calm: 0.1,
    series: (value) => withQuantile(CALLS, { server_address: 'api.example' }, 10, 0.95, value),
  },
  ApplicationErrors: {
    labels: { error_module: 'pay' },
    calm: 0,
    series: (value) => [counter(ERROR_METRICS.errors, { error_module: 'pay', error_type: 'TypeError' }, value)],
  },
  EventLoopDelayHigh: { calm: 0.01, series: (value) => [gauge(RUNTIME.delayP99, {}, value)] },
  EventLoopSaturated: { calm: 0.3, series: (value) => [gauge(RUNTIME.utilization, {}, value)] },
  HeapNearLimit: { calm: 0.3, series: (value) => [gauge(RUNTIME.heapUtilization, {}, value)] },
  HeapLeakSuspected: {
    calm: 1,
    calmMinutes: 400,
    windowMinutes: 60,
    series: (value) => [gauge(RUNTIME.heapUtilization, {}, 0.45 * value)],
  },
  GcPauseHigh: {
    calm: 0.01,
    series: (value) => [
      total(RUNTIME.gcDuration, { v8js_gc_type: 'major' }, value / 2),
      total(RUNTIME.gcDuration, { v8js_gc_type: 'minor' }, value / 2),
    ],
  },
  FileDescriptorsHigh: { calm: 50, series: (value) => [gauge(RUNTIME.fileDescriptors, {}, value)] },
  CpuHigh: {
    calm: 0.1,
    series: (value) => [
      gauge(RUNTIME.cpuUtilization, { cpu_mode: 'user' }, value / 2),
      gauge(RUNTIME.cpuUtilization, { cpu_mode: 'system' }, value / 2),
    ],
  },
  MemoryHigh: { calm: 0.2, series: (value) => [gauge(RUNTIME.memoryUsage, {}, value * 1e9), gauge(RUNTIME.memoryLimit, {}, 1e9)] },
  HostCpuHigh: {
    server: host,
    labels: { instance: host.instance },
    calm: 0.1,
    series: (value) => [
      counter('node_cpu_seconds_total', { cpu: '0', mode: 'idle' }, 1 - value),
      counter('node_cpu_seconds_total', { cpu: '0', mode: 'user' }, value),
    ],
  },
  HostMemoryHigh: {
    server: host,
    labels: host,
    calm: 0.1,
    series: (value) => [gauge('node_memory_MemAvailable_bytes', {}, (1 - value) * 1e10), gauge('node_memory_MemTotal_bytes', {}, 1e10)],
  },
  HostDiskAlmostFull: {
    server: host,
    labels: { instance: host.instance, mountpoint: '/data' },
    calm: 0.8,
    series: (value) => [
      gauge('node_filesystem_avail_bytes', { device: '/dev/sda1', fstype: 'ext4', mountpoint: '/data' }, value * 1e11),
      gauge('node_filesystem_size_bytes', { device: '/dev/sda1', fstype: 'ext4', mountpoint: '/data' }, 1e11),
    ],
  },
  DatabaseDown: {
    labels: { signalbox_health_check_name: 'orders-postgres' },
    calm: 1,
    series: (value) => [
      gauge(HEALTH_METRICS.status, { signalbox_health_check_name: 'orders-postgres' }, value),
      gauge(HEALTH_METRICS.status, { signalbox_health_check_name: 'disk' }, 0),
    ],
  },
  DatabaseErrorRate: { labels: { db_system_name: 'postgresql' }, calm: 0, series: (value) => failing(OPERATIONS, db, value) },
  DatabaseLatencyHigh: {
    labels: { db_system_name: 'postgresql' },
    calm: 0.01,
    series: (value) => withQuantile(OPERATIONS, db, 10, 0.95, value),
  },
  SlowQueries: {
    labels: { db_system_name: 'postgresql' },
    calm: 0,
    series: (value) => [counter(DATABASE_METRICS.slowOperations, db, value)],
  },
  DatabasePoolStarved: {
    labels: pool,
    calm: 0,
    fires: 3,
    stays: 0,
    series: (value) => [gauge(DATABASE_METRICS.pendingRequests, pool, value)],
  },
  DatabasePoolNearLimit: {
    labels: pool,
    calm: 0.1,
    series: (value) => [
      gauge(DATABASE_METRICS.connections, { ...pool, db_client_connection_state: 'used' }, value * 20),
      gauge(DATABASE_METRICS.connections, { ...pool, db_client_connection_state: 'idle' }, 5),
      gauge(DATABASE_METRICS.maxConnections, pool, 20),
    ],
  },
  DatabaseLockWaits: { labels: pool, calm: 0, series: (value) => [gauge(DATABASE_METRICS.lockWaits, pool, value)] },
  RedisDown: {
    labels: { signalbox_health_check_name: 'redis' },
    calm: 1,
    series: (value) => [gauge(HEALTH_METRICS.status, { signalbox_health_check_name: 'redis' }, value)],
  },
  RedisMemoryHigh: {
    server: { job: 'redis', instance: 'redis:9121' },
    labels: { job: 'redis', instance: 'redis:9121' },
    calm: 0.1,
    series: (value) => [gauge('redis_memory_used_bytes', {}, value * 1e9), gauge('redis_memory_max_bytes', {}, 1e9)],
  },
  CacheSizeHigh: {
    labels: { cache_name: 'pages' },
    calm: 1000,
    series: (value) => [gauge(CACHE_METRICS.size, { cache_name: 'pages' }, value)],
  },
  CacheMissRateHigh: {
    labels: { cache_name: 'pages' },
    calm: 0.1,
    series: (value) =>
      (['hit', 'miss'] as const).map((result) =>
        counter(
          CACHE_METRICS.operations,
          { cache_name: 'pages', cache_operation: 'get', cache_result: result },
          10 * (result === 'miss' ? value : 1 - value),
        ),
      ),
  },
  CacheEvictionsHigh: {
    labels: { cache_name: 'pages' },
    calm: 0,
    series: (value) => [
      counter(CACHE_METRICS.evictions, { cache_name: 'pages', cache_eviction_reason: 'size' }, value),
      counter(CACHE_METRICS.evictions, { cache_name: 'pages', cache_eviction_reason: 'ttl' }, 100),
    ],
  },
  CacheErrors: {
    labels: { cache_name: 'pages' },
    calm: 0,
    series: (value) => [
      counter(CACHE_METRICS.operations, { cache_name: 'pages', cache_operation: 'set', cache_result: 'error' }, 10 * value),
      counter(CACHE_METRICS.operations, { cache_name: 'pages', cache_operation: 'get', cache_result: 'hit' }, 10 * (1 - value)),
    ],
  },
  QueueDepthHigh: {
    labels: queueLabels,
    calm: 10,
    // Two processes say the same: the depth is not their sum.
    series: (value) => ['i-1', 'i-2'].map((instance) => gauge(QUEUE_METRICS.size, { ...queue, queue_state: 'waiting', instance }, value)),
  },
  QueueNoWorkers: {
    labels: queueLabels,
    calm: 5,
    fires: 7,
    stays: 0,
    windowMinutes: 15,
    series: (value, isIll) => [
      gauge(QUEUE_METRICS.size, { ...queue, queue_state: 'waiting' }, value),
      ...(isIll ? [] : [gauge(QUEUE_METRICS.activeJobs, { ...queue, ...worker }, 1), count(PROCESSED, { ...queue, ...worker }, 1)]),
    ],
  },
  QueueStuck: {
    labels: queueLabels,
    calm: 5,
    fires: 7,
    stays: 0,
    series: (value, isIll) => [
      gauge(QUEUE_METRICS.size, { ...queue, queue_state: 'waiting' }, value),
      gauge(QUEUE_METRICS.activeJobs, { ...queue, ...worker }, 1),
      count(PROCESSED, { ...queue, ...worker }, isIll ? 0 : 1),
    ],
  },
  // Not 63: a part of a second less is cut off.
  QueueWaitHigh: {
    labels: queueLabels,
    calm: 1,
    fires: 63.5,
    series: (value) => withQuantile(QUEUE_METRICS.jobWait, queue, 10, 0.95, value),
  },
  JobFailureRate: { labels: queueLabels, calm: 0, series: (value) => failing(PROCESSED, queue, value) },
  DeadLetters: {
    labels: queueLabels,
    calm: 0,
    fires: 3,
    stays: 0,
    windowMinutes: 15,
    series: (value) => [counter(QUEUE_METRICS.deadLetters, { ...queue, error_type: 'Error' }, value / 900)],
  },
  DownloadFailureRate: {
    labels: { transfer_kind: 'video' },
    calm: 0,
    series: (value) => failing(TRANSFER_METRICS.duration, download, value),
  },
  DownloadSlow: {
    labels: { transfer_kind: 'video' },
    calm: 8e6,
    series: (value) => withQuantile(TRANSFER_METRICS.speed, download, 1, 0.5, value),
  },
  DownloadsStuck: {
    labels: { transfer_kind: 'video' },
    calm: 1,
    fires: 3,
    stays: 0,
    series: (value, isIll) => [gauge(TRANSFER_METRICS.active, download, value), counter(TRANSFER_METRICS.bytes, download, isIll ? 0 : 1e6)],
  },
  AiErrorRate: {
    labels: model,
    calm: 0,
    series: (value) => failing(AI_METRICS.duration, { ...model, gen_ai_operation_name: 'chat' }, value),
  },
  AiLatencyHigh: { labels: model, calm: 1, series: (value) => withQuantile(AI_METRICS.duration, model, 1, 0.95, value) },
  AiTokensHigh: {
    labels: model,
    calm: 1000,
    windowMinutes: 60,
    series: (value) => [total(AI_METRICS.tokens, { ...model, gen_ai_token_type: 'input' }, value / HOUR)],
  },
  AiCostHigh: {
    calm: 0.1,
    windowMinutes: 60,
    // Half of it for each kind, at 2.5 and 10 dollars for a million.
    series: (value) => [
      total(AI_METRICS.tokens, { ...model, gen_ai_token_type: 'input' }, (value / 2 / 2.5 / HOUR) * 1e6),
      total(AI_METRICS.tokens, { ...model, gen_ai_token_type: 'output' }, (value / 2 / 10 / HOUR) * 1e6),
    ],
  },
  AiUsage: { calm: 1, windowMinutes: 60, series: (value) => [count(AI_METRICS.duration, model, value / HOUR)] },
  PaymentFailureRate: {
    labels: provider,
    calm: 0,
    windowMinutes: 15,
    series: (value) => [
      counter(PAYMENT_METRICS.requests, { ...provider, payment_outcome: 'failure' }, value),
      counter(PAYMENT_METRICS.requests, { ...provider, payment_outcome: 'success' }, 1 - value),
      counter(PAYMENT_METRICS.requests, { ...provider, payment_outcome: 'declined' }, 5),
    ],
  },
  PaymentProviderDown: { labels: provider, calm: 1, series: (value) => [gauge(PAYMENT_METRICS.availability, provider, value)] },
  PaymentsStopped: {
    labels: provider,
    calm: 20,
    windowMinutes: 65,
    series: (value, isIll) => [
      counter(PAYMENT_METRICS.requests, { ...provider, payment_outcome: 'failure' }, isIll ? value / HOUR : 0),
      counter(PAYMENT_METRICS.requests, { ...provider, payment_outcome: 'success' }, isIll ? 0 : value / HOUR),
    ],
  },
  PaymentSlow: {
    labels: provider,
    calm: 1,
    windowMinutes: 15,
    series: (value) => withQuantile(PAYMENT_METRICS.duration, { ...provider, payment_outcome: 'success' }, 1, 0.95, value),
  },
  BotErrorRate: { labels: bot, calm: 0, series: (value) => failing(PROCESSED, bot, value) },
  BotHandlerSlow: { labels: bot, calm: 0.1, series: (value) => withQuantile(PROCESSED, bot, 1, 0.95, value) },
  LoginFailureRate: {
    labels: { user_login_method: 'password' },
    calm: 0.1,
    series: (value) => [
      counter(USER_METRICS.logins, { user_login_method: 'password', outcome: 'failure' }, value),
      counter(USER_METRICS.logins, { user_login_method: 'password', outcome: 'success' }, 1 - value),
    ],
  },
  NewUsers: {
    calm: 1,
    windowMinutes: 60,
    series: (value) => [counter(USER_METRICS.registrations, { user_registration_source: 'web' }, value / HOUR)],
  },
  HealthCheckFailing: {
    labels: { signalbox_health_check_name: 'disk' },
    calm: 1,
    series: (value) => [gauge(HEALTH_METRICS.status, { signalbox_health_check_name: 'disk' }, value)],
  },
  ServiceDown: {
    only: 'scraped',
    calm: 0,
    fires: 1,
    stays: 0,
    series: (value) => (value === 0 ? [gauge('up', {}, 1), gauge('target_info', {}, 1)] : [gauge('up', {}, 0)]),
  },
  TelemetryAbsent: {
    only: 'pushed',
    calm: 0,
    fires: 1,
    stays: 0,
    firesWhenSeriesEnd: true,
    series: (value) => (value === 0 ? [gauge('target_info', {}, 1)] : []),
  },
  TelemetryDropped: {
    labels: { signal: 'traces', error_type: 'queue_full' },
    calm: 0,
    fires: 0.5,
    stays: 0,
    series: (value) =>
      ACCOUNT.filter(({ signal }) => signal === 'traces').flatMap(({ exported, processed }) => [
        counter(processed, { error_type: 'queue_full' }, value),
        counter(exported, {}, 5),
      ]),
  },
  MetricCardinalityOverflow: {
    labels: { metric: 'orders_total' },
    calm: 0,
    fires: 1,
    stays: 0,
    series: (value) => [
      counter('orders_total', { id: '1' }, 1),
      ...(value === 0 ? [] : [gauge('orders_total', { otel_metric_overflow: 'true' }, 5)]),
    ],
  },
  CollectorDown: {
    server: collector,
    labels: { job: collector.job },
    calm: 0,
    fires: 1,
    stays: 0,
    series: (value) => [gauge('up', {}, 1 - value)],
  },
  CollectorRefusing: {
    server: collector,
    labels: { ...collector, signal: 'metrics' },
    calm: 0,
    fires: 2,
    stays: 0,
    series: (value) => [counter('otelcol_receiver_refused_metric_points_total', { receiver: 'otlp', transport: 'grpc' }, value)],
  },
  CollectorExportFailing: {
    server: collector,
    labels: { ...collector, signal: 'traces', exporter: 'otlp_grpc/jaeger' },
    calm: 0,
    fires: 2,
    stays: 0,
    series: (value) => [counter('otelcol_exporter_send_failed_spans_total', { exporter: 'otlp_grpc/jaeger' }, value)],
  },
  CollectorQueueNearFull: {
    server: collector,
    labels: { ...collector, exporter: 'otlp_grpc/jaeger' },
    calm: 0.1,
    series: (value) => [
      gauge('otelcol_exporter_queue_size', { exporter: 'otlp_grpc/jaeger', data_type: 'traces' }, value * 1000),
      gauge('otelcol_exporter_queue_capacity', { exporter: 'otlp_grpc/jaeger', data_type: 'traces' }, 1000),
    ],
  },
  CollectorMemoryHigh: {
    server: collector,
    labels: collector,
    calm: 1e8,
    series: (value) => [gauge('otelcol_process_memory_rss_bytes', {}, value)],
  },
  PrometheusRuleFailures: {
    server: prometheus,
    labels: { ...prometheus, rule_group: 'x' },
    calm: 0,
    fires: 3,
    stays: 0,
    windowMinutes: 10,
    series: (value) => [counter('prometheus_rule_evaluation_failures_total', { rule_group: 'x' }, value / 600)],
  },
  PrometheusConfigReloadFailed: {
    server: prometheus,
    labels: prometheus,
    calm: 1,
    fires: 0,
    stays: 1,
    series: (value) => [gauge('prometheus_config_last_reload_successful', {}, value)],
  },
  AlertmanagerMissing: {
    server: prometheus,
    labels: prometheus,
    calm: 1,
    fires: 0,
    stays: 1,
    series: (value) => [gauge('prometheus_notifications_alertmanagers_discovered', {}, value)],
  },
  AlertsDropped: {
    server: prometheus,
    labels: prometheus,
    calm: 0,
    fires: 4,
    stays: 0,
    windowMinutes: 10,
    series: (value) => [counter('prometheus_notifications_dropped_total', {}, value / 600)],
  },
  AlertmanagerNotifyFailing: {
    server: alertmanager,
    labels: { ...alertmanager, integration: 'telegram' },
    calm: 0,
    series: (value) => [
      counter('alertmanager_notifications_failed_total', { integration: 'telegram', reason: 'other' }, value),
      counter('alertmanager_notifications_total', { integration: 'telegram' }, 1),
    ],
  },
  AlertmanagerConfigReloadFailed: {
    server: alertmanager,
    labels: alertmanager,
    calm: 1,
    fires: 0,
    stays: 1,
    series: (value) => [gauge('alertmanager_config_last_reload_successful', {}, value)],
  },
};
