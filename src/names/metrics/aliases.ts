/** The names that metrics had where people come from, served beside the canonical ones with `SIGNALBOX_METRICS_ALIASES=true`. */
import {
  CACHE_OPERATION,
  CACHE_RESULT,
  ERROR_TYPE,
  GEN_AI_TOKEN_TYPE,
  NETWORK_IO_DIRECTION,
  PAYMENT_OUTCOME,
  QUEUE_STATE,
  USER_WINDOW,
} from '../attributes.ts';

export interface MetricAlias {
  /** In Prometheus, whole. */
  readonly alias: string;
  /** In the catalogue. */
  readonly metric: string;
  /** Of a histogram: which of its series becomes a counter of that name. Without it, all keep their suffixes. */
  readonly part?: 'count' | 'sum';
  /**
   * Only series whose attributes have these values; `*` is any but the empty one, and an empty one means that the
   * attribute is not there. These labels are left out.
   */
  readonly where?: Readonly<Record<string, string>>;
}

export const METRIC_ALIASES: readonly MetricAlias[] = [
  { alias: 'http_requests_total', metric: 'http.server.request.duration', part: 'count' },
  { alias: 'http_request_duration_seconds', metric: 'http.server.request.duration' },
  { alias: 'http_requests_active', metric: 'http.server.active_requests' },
  { alias: 'http_request_size_bytes', metric: 'http.server.request.body.size' },
  { alias: 'http_response_size_bytes', metric: 'http.server.response.body.size' },
  { alias: 'db_queries_total', metric: 'db.client.operation.duration', part: 'count' },
  { alias: 'db_query_duration_seconds', metric: 'db.client.operation.duration' },
  { alias: 'db_connections_active', metric: 'db.client.connection.count', where: { 'db.client.connection.state': 'used' } },
  { alias: 'db_slow_queries_total', metric: 'db.client.slow_operations' },
  { alias: 'cache_hits_total', metric: 'cache.operations', where: { [CACHE_OPERATION]: 'get', [CACHE_RESULT]: 'hit' } },
  { alias: 'cache_misses_total', metric: 'cache.operations', where: { [CACHE_OPERATION]: 'get', [CACHE_RESULT]: 'miss' } },
  { alias: 'cache_keys', metric: 'cache.entries' },
  { alias: 'queue_depth', metric: 'queue.size', where: { [QUEUE_STATE]: 'waiting' } },
  { alias: 'tasks_active', metric: 'queue.active_jobs' },
  { alias: 'task_duration_seconds', metric: 'messaging.process.duration' },
  { alias: 'tasks_succeeded_total', metric: 'messaging.process.duration', part: 'count', where: { [ERROR_TYPE]: '' } },
  { alias: 'tasks_failed_total', metric: 'messaging.process.duration', part: 'count', where: { [ERROR_TYPE]: '*' } },
  { alias: 'dead_letters_total', metric: 'queue.dead_letters' },
  { alias: 'downloads_total', metric: 'transfer.duration', part: 'count', where: { [NETWORK_IO_DIRECTION]: 'receive' } },
  { alias: 'downloads_active', metric: 'transfer.active', where: { [NETWORK_IO_DIRECTION]: 'receive' } },
  { alias: 'download_bytes_total', metric: 'transfer.io', where: { [NETWORK_IO_DIRECTION]: 'receive' } },
  { alias: 'download_speed_bytes_per_second', metric: 'transfer.speed', where: { [NETWORK_IO_DIRECTION]: 'receive' } },
  { alias: 'ai_requests_total', metric: 'gen_ai.client.operation.duration', part: 'count' },
  { alias: 'ai_request_duration_seconds', metric: 'gen_ai.client.operation.duration' },
  { alias: 'ai_errors_total', metric: 'gen_ai.client.operation.duration', part: 'count', where: { [ERROR_TYPE]: '*' } },
  { alias: 'ai_tokens_used_total', metric: 'gen_ai.client.token.usage', part: 'sum' },
  { alias: 'ai_prompt_tokens_total', metric: 'gen_ai.client.token.usage', part: 'sum', where: { [GEN_AI_TOKEN_TYPE]: 'input' } },
  { alias: 'ai_completion_tokens_total', metric: 'gen_ai.client.token.usage', part: 'sum', where: { [GEN_AI_TOKEN_TYPE]: 'output' } },
  { alias: 'ai_cache_hits_total', metric: 'ai.cache.lookups', where: { [CACHE_RESULT]: 'hit' } },
  { alias: 'telegram_messages_total', metric: 'messaging.client.consumed.messages' },
  { alias: 'telegram_commands_total', metric: 'bot.commands' },
  { alias: 'bot_handler_duration_seconds', metric: 'messaging.process.duration', where: { 'bot.handler': '*' } },
  { alias: 'payments_total', metric: 'payment.requests' },
  { alias: 'payments_succeeded_total', metric: 'payment.requests', where: { [PAYMENT_OUTCOME]: 'success' } },
  { alias: 'payments_failed_total', metric: 'payment.requests', where: { [PAYMENT_OUTCOME]: 'failure' } },
  { alias: 'payments_amount_total', metric: 'payment.amount' },
  { alias: 'payment_processing_seconds', metric: 'payment.duration' },
  { alias: 'payment_provider_available', metric: 'payment.provider.availability' },
  { alias: 'subscriptions_created_total', metric: 'subscription.changes', where: { 'subscription.change': 'created' } },
  { alias: 'subscriptions_active', metric: 'subscription.active' },
  { alias: 'active_users', metric: 'user.active', where: { [USER_WINDOW]: '24h' } },
  { alias: 'conversion_rate', metric: 'business.conversion_rate' },
  { alias: 'average_lifetime_value', metric: 'business.lifetime_value' },
  { alias: 'churn_rate', metric: 'business.churn_rate' },
  { alias: 'referral_revenue_total', metric: 'business.referral_revenue' },
  { alias: 'bot_uptime_seconds', metric: 'process.uptime' },
];
