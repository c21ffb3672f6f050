// node --require signalbox/register test/e2e/programs/workers/exemplars.cjs
// A worker measures in a span and without one; the main thread collects in a span of its own.
const { metrics, trace } = require('@opentelemetry/api');
const { isMainThread, parentPort, Worker } = require('node:worker_threads');

const tracer = trace.getTracer('exemplars');
if (isMainThread) {
  new Worker(__filename).once('message', () =>
    tracer.startActiveSpan('collects', async (span) => {
      await metrics.getMeterProvider().forceFlush();
      span.end();
    }),
  );
} else {
  const meter = metrics.getMeter('exemplars');
  tracer.startActiveSpan('works', (span) => {
    meter.createCounter('within').add(1);
    meter.createHistogram('took', { advice: { explicitBucketBoundaries: [1] } }).record(0.5);
    span.end();
  });
  meter.createCounter('outside').add(1);
  parentPort.postMessage('measured');
}
