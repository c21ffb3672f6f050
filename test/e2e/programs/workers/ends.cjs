// Half of 1500 spans and 100 log records in the main thread, half in worker threads, which end in the way that is named.
const { logs, metrics, trace } = require('@opentelemetry/api');
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');

const THREADS = 8;

function record(share) {
  const tracer = trace.getTracer('half');
  for (let i = 0; i < 750 / share; i++) tracer.startSpan(`span ${i}`).end();
  const logger = logs.getLogger('half');
  for (let i = 0; i < 50 / share; i++) logger.emit({ body: `line ${i}` });
  metrics.getMeter('half').createCounter('half.done').add(1, { end: 'x' });
}

/** In a worker: how it ends after it has recorded. */
const inWorker = {
  'ends by itself': () => {},
  'calls process.exit()': () => process.exit(3),
  'has an uncaught error': () => {
    throw new Error('in a thread');
  },
  'is terminated in the middle of its work': busy,
  'records while the process exits': busy,
  'records while a signal ends the process': idle,
  'is nested in another': () => {},
  'is one of a pool': () => {},
};

/** Never comes back to its event loop. */
function busy() {
  parentPort.postMessage('recorded');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

function idle() {
  parentPort.postMessage('recorded');
  setInterval(() => {}, 1000);
}

module.exports = function run(file) {
  if (!isMainThread) {
    const { end, share, depth } = workerData;
    if (depth > 0) return start(file, end, share, depth - 1);
    record(share);
    return inWorker[end]();
  }
  record(1);
  const end = process.argv[2];
  const pool = end === 'is one of a pool';
  // 750 are not a multiple of 8.
  for (let i = 0; i < (pool ? 5 : 1); i++) start(file, end, pool ? 5 : 1, end === 'is nested in another' ? 1 : 0);
  if (pool) for (let i = 5; i < THREADS; i++) start(file, 'ends by itself', Infinity, 0);
};

function start(file, end, share, depth) {
  const worker = new Worker(file, { workerData: { end, share, depth } });
  worker.on('error', ({ message }) => console.log('error', message));
  worker.on('exit', (code) => console.log('exit', code));
  worker.on('message', () => {
    if (end === 'is terminated in the middle of its work') worker.terminate();
    if (end === 'records while the process exits') process.exit(4);
    if (end === 'records while a signal ends the process') process.kill(process.pid, 'SIGTERM');
  });
}
