// SIGNALBOX_OPS_PORT=… node --require signalbox/register forks.cjs: forks itself, starts a worker thread, and says who listens
const { fork } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

const listens = () => Object.getOwnPropertySymbols(globalThis).some((key) => key.description === 'signalbox.ops-server' && globalThis[key].url !== undefined); // prettier-ignore
const later = (then) => setTimeout(then, 700);
if (!isMainThread) later(() => console.log(`thread ${listens()}`));
else if (process.argv[2] === 'fork') {
  later(() => {
    console.log(`fork ${listens()}`);
    process.disconnect();
  });
} else {
  fork(__filename, ['fork']);
  new Worker(__filename);
  later(() => console.log(`main ${listens()}`));
  process.disconnect?.();
}
