// node --require signalbox/register test/e2e/programs/exceptions-in-worker.cjs
const { isMainThread, Worker } = require('node:worker_threads');
const { withSpan } = require('signalbox');

if (isMainThread) new Worker(__filename);
else
  withSpan('in a worker', async () => {
    throw new RangeError('out of stock');
  }).catch(() => {});
