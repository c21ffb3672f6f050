// SIGNALBOX_OPS_PORT=9464 node --require signalbox/register many-series.cjs: 10,000 series of 20 counters, and a histogram with an
// exemplar; says `recorded`, and goes on until SIGTERM
const { metrics, trace } = require('@opentelemetry/api');

const meter = metrics.getMeter('shop');
for (let region = 0; region < 20; region++) {
  const orders = meter.createCounter(`orders.region${region}`, { unit: '{order}', description: 'Orders.' });
  for (let shop = 0; shop < 500; shop++) orders.add(shop, { 'shop.name': `Läden "${shop}"`, 'http.route': `/shops/:id/${shop}` });
}
const duration = meter.createHistogram('order.duration', { unit: 's', advice: { explicitBucketBoundaries: [0.1, 1] } });
trace.getTracer('shop').startActiveSpan('order', (span) => {
  duration.record(0.25);
  span.end();
});
const alive = setInterval(() => {}, 60_000);
process.on('SIGTERM', () => clearInterval(alive));
console.log('recorded');
