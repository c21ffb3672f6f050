// node --require signalbox/register test/e2e/programs/workers/looks.cjs records
// What an application sees of its threads: nothing of it is to be different.
const { trace } = require('@opentelemetry/api');
const { getEnvironmentData, isMainThread, parentPort, setEnvironmentData, threadId, Worker, workerData } = require('node:worker_threads');

const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
const port = parentPort;
/** Lines of the worker are told apart: the two threads write as they come. */
const print = (...what) => console.log(isMainThread ? 'main:' : 'thread:', ...what);

function look(where) {
  print(
    where,
    JSON.stringify({ threadId, workerData, mine: getEnvironmentData('mine'), argv: process.argv.slice(2), listeners: listeners() }),
  );
}

if (isMainThread) {
  setEnvironmentData('mine', { a: 1 });
  process.on('worker', (worker) => print('worker', worker.threadId));
  const worker = new Worker(__filename, {
    workerData: { b: 2 },
    argv: process.argv.slice(2),
    env: process.argv[3] === 'shared' ? require('node:worker_threads').SHARE_ENV : process.env,
  });
  for (const event of ['online', 'error', 'exit']) worker.on(event, (what) => print(event, String(what)));
  worker.on('message', (message) => {
    print('message', JSON.stringify(message));
    if (message === 'ready') worker.postMessage('end');
  });
  print('worker has', JSON.stringify(worker.eventNames()));
  process.on('exit', (code) => look(`main ${code}`));
} else {
  if (process.argv[2] === 'records') trace.getTracer('looks').startSpan('work').end();
  look('worker');
  print('port has', JSON.stringify(port.eventNames()));
  port.once('message', (message) => {
    print('told', message);
    if (process.argv[2] === 'throws') require(`${__dirname}/missing.cjs`);
    process.exitCode = 5;
  });
  for (let i = 0; i < 3; i++) port.postMessage(i);
  port.postMessage('ready');
  process.on('exit', (code) => look(`worker exits ${code}`));
}
