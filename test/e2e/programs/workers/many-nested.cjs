// node --expose-gc --require signalbox/register test/e2e/programs/workers/many-nested.cjs [count]
// Workers within a worker record and are terminated, one after the other. Prints by how many bytes the memory outside of the heap grew.
const { once } = require('node:events');
const { Worker, isMainThread, parentPort, threadId, workerData } = require('node:worker_threads');

const heldBytes = () => {
  globalThis.gc?.();
  const { arrayBuffers, external } = process.memoryUsage();
  return arrayBuffers + external;
};

async function runOne(depth) {
  const worker = new Worker(__filename, { workerData: depth });
  await once(worker, 'message');
  await worker.terminate();
}

if (isMainThread) {
  (async () => {
    const count = Number(process.argv[2] ?? 6);
    for (let i = 0; i < 2; i++) await runOne(1);
    const before = heldBytes();
    for (let i = 0; i < count; i++) await runOne(1);
    // The last ones are read a little later.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    console.log(heldBytes() - before);
  })();
} else {
  require('@opentelemetry/api').trace.getTracer('nested').startSpan(`work ${threadId}`).end();
  setInterval(() => {}, 1000);
  if (workerData === 0) parentPort.postMessage('recorded');
  else runOne(0).then(() => parentPort.postMessage('recorded'));
}
