// SIGNALBOX_OPS_PORT=… node --require signalbox/register cluster.cjs: four workers that count; a message to the primary ends one, and another takes its place
const cluster = require('node:cluster');
const { metrics } = require('@opentelemetry/api');

if (cluster.isPrimary) {
  for (let i = 0; i < 4; i++) cluster.fork();
  let ready = 0;
  cluster.on('message', () => {
    if (++ready >= 4) console.log(`counted ${ready}`);
  });
  process.on('message', (how) => {
    if (how === 'stop') return process.exit(0);
    const [worker] = Object.values(cluster.workers);
    worker.once('exit', () => {
      console.log('gone');
      cluster.fork();
    });
    if (how === 'exit') worker.send('exit');
    else worker.process.kill(how);
  });
} else {
  const meter = metrics.getMeter('shop');
  meter.createCounter('orders').add(10, { shop: 'a' });
  meter.createUpDownCounter('open.orders').add(1);
  meter.createGauge('pool.size').record(cluster.worker.id);
  meter.createHistogram('order.duration', { unit: 's', advice: { explicitBucketBoundaries: [1, 10] } }).record(cluster.worker.id);
  require('node:http')
    .createServer((_request, response) => response.end('own'))
    .listen(0);
  process.on('message', () => {
    meter.createCounter('orders').add(5, { shop: 'a' });
    process.exit(0);
  });
  process.send('counted');
}
