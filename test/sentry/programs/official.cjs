// The official SDK runs, by components of the application's or by OTEL_CONFIG_FILE; the end as in ends.cjs.
const { startTelemetry } = require('signalbox');
const { InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace');

if (process.env.OTEL_CONFIG_FILE === undefined)
  startTelemetry({ sdk: { spanProcessors: [new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })] } });
require('./ends.cjs');
