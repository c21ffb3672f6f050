// node --expose-gc --require signalbox/register million-sets.cjs: a million attribute sets on a counter and a histogram;
// prints how much larger the heap is after the second half of them, and after all, than after the first ones
const { metrics } = require('@opentelemetry/api');

const SETS = 1_000_000;
const WARM = 10_000;
const meter = metrics.getMeter('shop');
const orders = meter.createCounter('orders');
const seconds = meter.createHistogram('order.duration', { unit: 's', advice: { explicitBucketBoundaries: [1, 2] } });

function record(from, to) {
  for (let i = from; i < to; i++) {
    const attributes = { 'user.id': `user ${i}`, region: i % 2 === 0 ? 'eu' : 'us' };
    orders.add(2, attributes);
    seconds.record(1.5, attributes);
  }
}

/** Bytes that live. Promises and finalizers get their turn before. */
async function heapUsed() {
  await new Promise(setImmediate);
  globalThis.gc();
  await new Promise(setImmediate);
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

(async () => {
  record(0, WARM);
  const before = await heapUsed();
  record(WARM, SETS / 2);
  const half = await heapUsed();
  record(SETS / 2, SETS);
  const after = await heapUsed();
  console.log(JSON.stringify({ half: half - before, all: after - before }));
})();
