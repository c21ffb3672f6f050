/** `signalbox/metrics`: instruments, measurements of calls, and packs for what services mostly do. Importing it loads no SDK. */
export {
  counter,
  gauge,
  histogram,
  upDownCounter,
  type BoundCounter,
  type BoundGauge,
  type BoundHistogram,
  type BoundUpDownCounter,
  type Counter,
  type Gauge,
  type Histogram,
  type HistogramOptions,
  type InstrumentOptions,
  type UpDownCounter,
} from './instruments.ts';
export { observableCounter, observableGauge, observableUpDownCounter, type Observation, type Observe } from './observables.ts';
export { active, counted, timed, type CallOptions } from './wrappers.ts';
export type { AnyFunction, FunctionDecorator } from './watch-function.ts';
export { aiMetrics, type AiAnswer, type AiMetrics, type AiOptions } from './packs/ai.ts';
export { botMetrics, type BotMessageType, type BotMetrics, type BotOptions } from './packs/bot.ts';
export { watchQueue, watchWorker, type BullQueue, type BullWorker } from './packs/bullmq.ts';
export { businessMetrics, type BusinessMetrics } from './packs/business.ts';
export { cacheMetrics, watchCache, type CacheMetrics, type CacheOptions, type WatchCacheOptions } from './packs/cache.ts';
export {
  databaseMetrics,
  watchPool,
  type DatabaseMetrics,
  type DatabaseMetricsOptions,
  type PoolOptions,
  type PoolState,
} from './packs/database.ts';
export { errorMetrics, type ErrorMetrics } from './packs/errors.ts';
export { watchServer, type WatchedRequest, type WatchedServer, type WatchServerOptions } from './packs/http.ts';
export { paymentMetrics, type Payment, type PaymentMetrics, type PaymentOutcome } from './packs/payments.ts';
export { queueMetrics, type QueueCounts, type QueueMetrics, type QueueOptions } from './packs/queue.ts';
export { subscriptionMetrics, type SubscriptionMetrics } from './packs/subscriptions.ts';
export { transferMetrics, type Transfer, type TransferMetrics, type TransferOptions } from './packs/transfer.ts';
export { userMetrics, type UserMetrics } from './packs/users.ts';
