// node --require signalbox/register test/e2e/programs/metrics/rejections.cjs
// Says which rejections of measured functions nobody handled.
const { active, counted, timed, watchCache } = require('signalbox/metrics');

const unhandled = [];
process.on('unhandledRejection', (error) => unhandled.push(error.message));

const rejects = (name) => Promise.reject(new Error(name));
const wrap = (fn) => active('a', counted('c', timed('t', fn)));
const cache = watchCache({ get: rejects, set() {} }, { name: 'cache' });

wrap(rejects)('not async');
wrap(async (name) => rejects(name))('async');
cache.get('cache');
wrap(rejects)('caught').catch(() => {});
wrap(rejects)('caught by then').then(undefined, () => {});
(async () => {
  for (const name of ['awaited', 'raced']) {
    const promise = wrap(rejects)(name);
    await (name === 'raced' ? Promise.race([promise, new Promise(() => {})]) : promise).catch(() => {});
  }
  try {
    await wrap(async (name) => rejects(name))('tried');
  } catch {}
  const late = wrap((name) => new Promise((_, reject) => setImmediate(() => reject(new Error(name)))))('late');
  setImmediate(() => setImmediate(() => console.log(JSON.stringify(unhandled.sort()))));
  await late;
})().catch(() => {});
