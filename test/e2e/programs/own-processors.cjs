// node test/e2e/programs/own-processors.cjs [way]
// Starts signalbox with components of the official SDK that it made itself, serves one request, and ends as it is told.
const { startTelemetry } = require('signalbox');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace');

startTelemetry({
  serviceName: 'own',
  metrics: false,
  logs: false,
  sdk: { spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${process.env.COLLECTOR}/v1/traces` }) })] },
});

const http = require('node:http');
const way = process.argv[2];
const server = http.createServer((_request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port }, (response) => {
    response.resume().on('end', () => {
      console.log('served');
      if (way === 'stay') return;
      server.close();
      process.exitCode = 4;
    });
  });
});
if (way === 'works-before-exit') process.once('beforeExit', () => setTimeout(() => console.log('cleaned up'), 300));
