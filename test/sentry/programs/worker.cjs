// node --require signalbox/register worker.cjs itself|exit|terminate|crash|main-exits
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { captureException, addBreadcrumb } = require('signalbox/sentry');
const { withSpan } = require('signalbox');

const [, , how] = process.argv;
if (isMainThread) {
  const worker = new Worker(__filename, { workerData: how });
  worker.on('message', () => {
    if (how === 'terminate') void worker.terminate();
    if (how === 'main-exits') process.exit(0);
  });
} else {
  // Sentry's own time to start is not what is looked at.
  const wait = workerData === 'terminate' || workerData === 'main-exits' ? 1500 : 0;
  withSpan('work in a thread', (span) => {
    require('node:fs').writeSync(1, `ids ${span.spanContext().traceId} ${span.spanContext().spanId}\n`);
    if (workerData === 'crash') throw new RangeError('crashed in a thread');
    addBreadcrumb({ message: 'in the thread' });
    captureException(new TypeError('failed in a thread, token=planted-in-a-thread'), { tags: { part: 'thread' } });
  });
  if (workerData === 'exit') process.exit(0);
  if (wait > 0) setTimeout(() => parentPort.postMessage('captured'), wait);
}
