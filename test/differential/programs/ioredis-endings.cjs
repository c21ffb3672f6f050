// SERVICE=redis://… node test/differential/programs/ioredis-endings.cjs ENDING
const Redis = require('ioredis');
const { failure } = require('./show.cjs');

const redis = new Redis(process.env.SERVICE);
const work = require('@opentelemetry/api').trace.getTracer('program');
const endings = {
  'unhandled-command': () => redis.lpush('text', 1),
  'unhandled-pipeline': () =>
    redis
      .pipeline()
      .lpush('text', 1)
      .exec()
      .then(([[error]]) => Promise.reject(error)),
  'unhandled-transaction': () => redis.multi().set('text').exec(),
  'unhandled-automatic': () => new Redis(process.env.SERVICE, { enableAutoPipelining: true }).lpush('text', 1),
  'thrown-in-callback': () =>
    redis.get('text', () => {
      throw new Error('thrown in a callback');
    }),
  'rejections-counted': async () => {
    const seen = [];
    process.on('unhandledRejection', (error) => seen.push(failure(error)));
    redis.lpush('text', 1);
    redis.lpush('text', 2).catch(() => {});
    redis.lpush('text', 3, () => {});
    await redis.ping();
    setImmediate(() => setImmediate(() => (console.log(seen), redis.disconnect())));
  },
};
redis.set('text', 'a').then(() => void work.startActiveSpan('work', (span) => (endings[process.argv[2]](), span.end())));
