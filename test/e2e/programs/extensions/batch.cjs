// Official processors and exporters on signalbox's engine, given in code.
const { BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace');
const { startTelemetry } = require('signalbox');

const simple = new InMemorySpanExporter();
const batch = new InMemorySpanExporter();
const telemetry = startTelemetry({
  spanProcessors: [new SimpleSpanProcessor({ exporter: simple }), new BatchSpanProcessor({ exporter: batch })],
});
const names = (exporter) => exporter.getFinishedSpans().map(({ name }) => name);
require('./app.cjs');
telemetry.flush().then(() => console.log(JSON.stringify([names(simple), names(batch)])));
