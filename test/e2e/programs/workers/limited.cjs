// node --require signalbox/register test/e2e/programs/workers/limited.cjs [out-of-memory|terminated]
// A worker with limits of its own records 100 spans and an observed value; then it ends, runs out of memory or is terminated.
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

if (isMainThread) {
  const resourceLimits = { maxOldGenerationSizeMb: 40, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 };
  const { metrics } = require('@opentelemetry/api');
  const gauge = metrics.getMeter('limited').createObservableGauge('alive');
  gauge.addCallback((result) => result.observe(1));
  const worker = new Worker(__filename, { workerData: process.argv[2], resourceLimits });
  worker.on('error', ({ code }) => console.log(code));
  worker.on('exit', (code) => console.log(`exit ${code}`));
  worker.on('message', () => worker.terminate());
  // Of a thread that is gone nothing is observed any more.
  if (process.argv[2] === 'terminated') worker.on('exit', () => setTimeout(() => {}, 1500));
} else {
  const { metrics, trace } = require('@opentelemetry/api');
  const gauge = metrics.getMeter('limited').createObservableGauge('depth');
  gauge.addCallback((result) => result.observe(7));
  for (let i = 0; i < 100; i++) trace.getTracer('limited').startSpan('work').end();
  if (workerData === 'out-of-memory') for (const kept = []; ;) kept.push(Array.from({ length: 100_000 }, Math.random));
  if (workerData === 'terminated') {
    setInterval(() => {}, 1000);
    // Observed at least once.
    setTimeout(() => parentPort.postMessage('recorded'), 700);
  }
}
