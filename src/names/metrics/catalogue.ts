/**
 * Every metric that signalbox emits or that the helpers of `signalbox/metrics` record, each once, in the order of the
 * sections of `docs/metrics.md`, which is made from it. What the official instrumentations record is theirs.
 *
 * Loaded by documents, rules and tests: what records imports the rows of its own file.
 */
import { AI_METRICS } from './ai.ts';
import { ALERT_METRICS } from './alerts.ts';
import { BOT_METRICS } from './bot.ts';
import { BUSINESS_METRICS } from './business.ts';
import { CACHE_METRICS } from './cache.ts';
import { DATABASE_INSTRUMENTATION_METRICS, DATABASE_METRICS } from './database.ts';
import { ERROR_METRICS, SENTRY_METRICS } from './errors.ts';
import { HEALTH_METRICS } from './health.ts';
import { HTTP_INSTRUMENTATION_METRICS, HTTP_METRICS } from './http.ts';
import type { MetricRow } from './metric-row.ts';
import { PAYMENT_METRICS, SUBSCRIPTION_METRICS } from './payments.ts';
import { MESSAGING_METRICS, QUEUE_METRICS } from './queue.ts';
import { RPC_METRICS } from './rpc.ts';
import { RUNTIME_METRICS } from './runtime.ts';
import { TELEMETRY_METRICS } from './telemetry.ts';
import { TRANSFER_METRICS } from './transfer.ts';
import { USER_METRICS } from './users.ts';

export interface MetricSection {
  readonly title: string;
  /** Who records them, in Markdown. */
  readonly by: string;
  readonly metrics: readonly MetricRow[];
}

export const METRIC_SECTIONS: readonly MetricSection[] = [
  { title: 'HTTP', by: 'the instrumentation of `http`', metrics: Object.values(HTTP_INSTRUMENTATION_METRICS) },
  { title: 'HTTP server', by: '`watchServer(server)`', metrics: Object.values(HTTP_METRICS) },
  { title: 'Databases', by: 'the instrumentations of databases', metrics: Object.values(DATABASE_INSTRUMENTATION_METRICS) },
  { title: 'Database pools', by: '`watchPool(pool)` and `databaseMetrics()`', metrics: Object.values(DATABASE_METRICS) },
  { title: 'Caches', by: '`watchCache(cache)` and `cacheMetrics()`', metrics: Object.values(CACHE_METRICS) },
  { title: 'Queues', by: '`watchQueue(queue)`, `watchWorker(worker)` and `queueMetrics()`', metrics: Object.values(QUEUE_METRICS) },
  {
    title: 'Messages',
    by: 'the packs for queues and bots, and the instrumentations of amqplib and kafkajs',
    metrics: Object.values(MESSAGING_METRICS),
  },
  { title: 'Downloads and other transfers', by: '`transferMetrics()`', metrics: Object.values(TRANSFER_METRICS) },
  { title: 'AI', by: '`aiMetrics()`; the first two also by the instrumentation of openai', metrics: Object.values(AI_METRICS) },
  { title: 'Bots', by: '`botMetrics()`', metrics: Object.values(BOT_METRICS) },
  { title: 'Payments', by: '`paymentMetrics()`', metrics: Object.values(PAYMENT_METRICS) },
  { title: 'Subscriptions', by: '`subscriptionMetrics()`', metrics: Object.values(SUBSCRIPTION_METRICS) },
  { title: 'Users', by: '`userMetrics()`', metrics: Object.values(USER_METRICS) },
  { title: 'Business', by: '`businessMetrics()`', metrics: Object.values(BUSINESS_METRICS) },
  { title: 'Errors', by: '`errorMetrics()`', metrics: Object.values(ERROR_METRICS) },
  { title: 'Errors in Sentry', by: '`signalbox/sentry`', metrics: Object.values(SENTRY_METRICS) },
  { title: 'Alerts from code', by: '`signalbox/alerts`', metrics: Object.values(ALERT_METRICS) },
  { title: 'Remote procedure calls', by: 'the instrumentation of gRPC', metrics: Object.values(RPC_METRICS) },
  { title: 'Node.js and the process', by: 'the instrumentation `runtime-node`', metrics: RUNTIME_METRICS },
  { title: 'Health', by: '`signalbox/health`, for each check', metrics: Object.values(HEALTH_METRICS) },
  { title: 'Telemetry itself', by: 'signalbox', metrics: TELEMETRY_METRICS },
];

/** All of them, by name. */
export const METRICS: ReadonlyMap<string, MetricRow> = new Map(
  METRIC_SECTIONS.flatMap(({ metrics }) => metrics.map((row) => [row.name, row] as const)),
);
