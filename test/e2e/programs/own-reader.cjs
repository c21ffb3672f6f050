// node test/e2e/programs/own-reader.cjs
// Starts signalbox with a metric reader of the official SDK that it made itself, counts, and ends when the runtime was measured.
const { startTelemetry } = require('signalbox');
const { OTLPMetricExporter } = require('@opentelemetry/exporter-metrics-otlp-proto');
const { PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics');
const { metrics } = require('@opentelemetry/api');

const exporter = new OTLPMetricExporter({ url: `${process.env.COLLECTOR}/v1/metrics` });
const telemetry = startTelemetry({
  serviceName: 'own',
  traces: false,
  logs: false,
  sdk: { metricReaders: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })] },
});
metrics.getMeter('shop').createCounter('orders').add(1);
// The instrumentation of the runtime begins when the application's own start is over.
setTimeout(() => telemetry.shutdown(), 300);
