/**
 * Names of the metrics that signalbox itself makes; those of the official instrumentations are theirs. Each stands here once.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/metrics/
 */

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
export const HTTP_SERVER_REQUEST_DURATION = 'http.server.request.duration';
export const HTTP_CLIENT_REQUEST_DURATION = 'http.client.request.duration';

/** Ours: the state of each health check. */
export const HEALTH_STATUS_METRIC = 'signalbox.health.status';

/** Ours: what went beyond the cardinality limit, by metric. */
export const METRIC_OVERFLOW_METRIC = 'signalbox.metric.overflow';

/** The account of the records of each signal. @see https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/ */
export const SDK_METRICS = {
  traces: {
    processed: 'otel.sdk.processor.span.processed',
    exported: 'otel.sdk.exporter.span.exported',
    inFlight: 'otel.sdk.exporter.span.inflight',
  },
  logs: {
    processed: 'otel.sdk.processor.log.processed',
    exported: 'otel.sdk.exporter.log.exported',
    inFlight: 'otel.sdk.exporter.log.inflight',
  },
  metrics: {
    processed: 'otel.sdk.processor.metric_data_point.processed',
    exported: 'otel.sdk.exporter.metric_data_point.exported',
    inFlight: 'otel.sdk.exporter.metric_data_point.inflight',
  },
} as const;
