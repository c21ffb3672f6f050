// node --require signalbox/register test/e2e/programs/workers/measures.cjs
// The main thread and two workers measure the same things, and two more threads that come later.
const { metrics } = require('@opentelemetry/api');
const { isMainThread, Worker } = require('node:worker_threads');

const meter = metrics.getMeter('measures');
const counter = meter.createCounter('jobs', { unit: '{job}' });
for (let i = 0; i < 100; i++) counter.add(1, { kind: 'a' });
meter.createHistogram('took', { unit: 's', advice: { explicitBucketBoundaries: [1, 2] } }).record(1.5);
meter.createObservableGauge('depth').addCallback((result) => result.observe(isMainThread ? 1 : 7, { queue: 'q' }));
meter.createObservableGauge('later').addCallback(async (result) => {
  result.observe(1);
});
if (isMainThread) {
  const start = () => new Worker(__filename);
  start();
  start().on('exit', () => {
    start();
    start();
  });
}
