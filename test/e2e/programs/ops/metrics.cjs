// OTEL_METRICS_EXPORTER=prometheus node --require signalbox/register metrics.cjs: records, says its port, and goes on until SIGTERM
const { createServer } = require('node:http');
const { metrics, trace } = require('@opentelemetry/api');

const meter = metrics.getMeter('shop');
meter.createCounter('orders.placed', { unit: '{order}', description: 'Orders.' }).add(3, { shop: 'a' });
const duration = meter.createHistogram('order.duration', { unit: 's', advice: { explicitBucketBoundaries: [0.1, 1] } });
trace.getTracer('shop').startActiveSpan('order', (span) => {
  duration.record(0.25);
  span.end();
});
const server = createServer((_request, response) => response.end('own'));
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
