// A worker thread logs as well.
const { Worker, isMainThread } = require('node:worker_threads');
const { getLogger } = require('signalbox/logging');
getLogger('worker').info(isMainThread ? 'main' : 'worker');
if (isMainThread) new Worker(__filename);
