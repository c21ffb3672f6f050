// node --require signalbox/register test/e2e/programs/workers/helpers.cjs
// Threads that do nothing which is to be seen: each prints the files of signalbox that are loaded in it.
const { isMainThread, Worker } = require('node:worker_threads');

if (isMainThread) {
  const pino = require('pino');
  const { Tinypool } = require('tinypool');
  pino(pino.transport({ target: require.resolve('./files-loaded.cjs') })).info('a line');
  const pool = new Tinypool({ filename: require.resolve('./files-loaded.cjs'), minThreads: 1, maxThreads: 1 });
  void pool.run('tinypool').then(() => pool.destroy());
  new Worker(__filename);
  new Worker("require(process.env.FILES_LOADED)('eval')", { eval: true, env: { FILES_LOADED: require.resolve('./files-loaded.cjs') } });
  new Worker(process.argv[2]);
} else {
  require('./files-loaded.cjs')('plain');
}
