// SIGNALBOX_OPS_PORT=… node [--require signalbox/register] workers.cjs: four workers with telemetry, replaced as they end; what one is to do comes by messages to the primary
const cluster = require('node:cluster');

if (cluster.isPrimary) {
  const isPreloaded = process.execArgv.includes('signalbox/register');
  if (!isPreloaded) cluster.setupPrimary({ execArgv: ['--require', 'signalbox/register'] });
  const start = () => {
    const worker = cluster.fork();
    const report = (what) => process.connected && process.send({ worker: worker.id, pid: worker.process.pid, what });
    worker.on('message', report);
    worker.on('exit', () => (report('ended'), start()));
  };
  for (let i = 0; i < 4; i++) start();
  process.on('message', ({ worker, what }) => cluster.workers[worker]?.send(what));
  process.on('disconnect', () => process.exit());
} else {
  const { metrics } = require('@opentelemetry/api');
  const { health } = require('signalbox/health');
  const { onAlert } = require('signalbox/alerts');
  const meter = metrics.getMeter('shop');
  const orders = meter.createCounter('orders');
  const durations = meter.createHistogram('order.duration', { unit: 's', advice: { explicitBucketBoundaries: [1] } });
  let state = 'healthy';
  health.register('database', () => ({ status: state, details: { id: cluster.worker.id } }), { cacheMs: 0 });
  onAlert('QueueStuck', () => process.send('handles'));
  const count = () => (orders.add(1, { shop: 'a' }), durations.record(0.5), process.send('counted'));
  const commands = {
    count,
    'count and exit': () => (count(), process.exit(0)),
    'count and disconnect': () => (count(), cluster.worker.disconnect()),
    'count and SIGTERM': () => (count(), process.kill(process.pid, 'SIGTERM')),
    'count and throw': () => (count(), queueMicrotask(() => { throw new Error('thrown on purpose'); })), // prettier-ignore
    unhealthy: () => ((state = 'unhealthy'), process.send('is unhealthy')),
    'end slowly': () => (process.on('SIGTERM', () => process.send('is ending')), process.kill(process.pid, 'SIGTERM')),
  };
  process.on('message', (what) => commands[what]());
  require('node:http')
    .createServer((_request, response) => response.end('own'))
    .listen(0, () => process.send('listens'));
}
