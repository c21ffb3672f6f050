// SERVICE=redis://… node --require signalbox/register test/differential/programs/ioredis-requests.cjs 50
const http = require('node:http');
const Redis = require('ioredis');
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('program');
const note = (id) => tracer.startSpan(`after ${id}`).end();
// Nothing is connected yet: the first commands wait.
const redis = new Redis(process.env.SERVICE, { lazyConnect: true });
const automatic = new Redis(process.env.SERVICE, { lazyConnect: true, enableAutoPipelining: true });
const server = http.createServer(async (request, response) => {
  const id = request.url.slice(1);
  await Promise.all([
    redis.set(`order:${id}`, 'secret').then(() => note(id)),
    new Promise((resolve) => redis.get(`order:${id}`, () => resolve(note(id)))),
    redis.call('LPUSH', `order:${id}`, 'x').catch(() => note(id)),
    automatic.incr('count').then(() => note(id)),
    redis
      .pipeline()
      .incr('count')
      .get('count')
      .exec()
      .then(() => note(id)),
    redis
      .multi()
      .incr('count')
      .exec()
      .then(() => note(id)),
  ]);
  response.end();
});
server.listen(0, '127.0.0.1', async () => {
  const get = (id) =>
    new Promise((resolve) =>
      http.get({ port: server.address().port, host: '127.0.0.1', path: `/${id}`, agent: false }, (response) =>
        response.resume().on('end', resolve),
      ),
    );
  await Promise.all(Array.from({ length: Number(process.argv[2]) }, (_, id) => get(id)));
  if (process.argv[2] === '0') await redis.ping();
  server.close();
  redis.disconnect();
  automatic.disconnect();
});
