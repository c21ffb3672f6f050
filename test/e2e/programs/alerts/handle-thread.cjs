// A handler in a worker thread, which has no ops port. node --require signalbox/register handle-thread.cjs
const { isMainThread, Worker } = require('node:worker_threads');

if (isMainThread) new Worker(__filename);
else require('signalbox/alerts').onAlert('A', () => {});
