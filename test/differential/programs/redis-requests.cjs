// SERVICE=redis://… node --require signalbox/register test/differential/programs/redis-requests.cjs 50
const http = require('node:http');
const { createClient, createClientPool } = require('redis');
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('program');
const note = (id) => tracer.startSpan(`after ${id}`).end();
const client = createClient({ url: process.env.SERVICE });
const pool = createClientPool({ url: process.env.SERVICE }, { minimum: 1, maximum: 2 });
const server = http.createServer(async (request, response) => {
  const id = request.url.slice(1);
  await Promise.all([
    client.set(`order:${id}`, 'secret').then(() => note(id)),
    client.get(`order:${id}`).then(() => note(id)),
    client.lPush(`order:${id}`, 'x').catch(() => note(id)),
    client
      .multi()
      .incr('count')
      .incr('count')
      .exec()
      .then(() => note(id)),
    client
      .multi()
      .incr('count')
      .get('count')
      .execAsPipeline()
      .then(() => note(id)),
    pool.incr('count').then(() => note(id)),
    pool.execute((one) => (note(id), one.get('count'))),
  ]);
  response.end();
});
server.listen(0, '127.0.0.1', async () => {
  await Promise.all([client.connect(), pool.connect()]);
  const get = (id) =>
    new Promise((resolve) =>
      http.get({ port: server.address().port, host: '127.0.0.1', path: `/${id}`, agent: false }, (response) =>
        response.resume().on('end', resolve),
      ),
    );
  await Promise.all(Array.from({ length: Number(process.argv[2]) }, (_, id) => get(id)));
  if (process.argv[2] === '0') await client.ping();
  server.close();
  client.destroy();
  pool.destroy();
});
