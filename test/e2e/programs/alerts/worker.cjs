// node --require signalbox/register worker.cjs: a worker thread raises an alert, and both end by themselves.
const { isMainThread, Worker } = require('node:worker_threads');

if (isMainThread) new Worker(__filename).on('message', (queued) => console.log(queued));
else {
  const { trace } = require('@opentelemetry/api');
  const { sendAlert } = require('signalbox/alerts');
  trace.getTracer('thread').startSpan('work').end();
  require('node:worker_threads').parentPort.postMessage(sendAlert({ title: 'In a thread' }));
}
