// node --require signalbox/register test/e2e/programs/worker.cjs
// A worker thread that works as its parent does, and tells whether there is telemetry in it.
const { isMainThread, Worker } = require('node:worker_threads');
const { trace } = require('@opentelemetry/api');

const span = trace.getTracer('worker').startSpan('work');
console.log(isMainThread ? 'main' : 'worker', span.isRecording());
span.end();
if (isMainThread) new Worker(__filename);
