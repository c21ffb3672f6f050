// node --require signalbox/register test/differential/programs/http2-requests.cjs 50
// Requests side by side on one connection, each by a handler that works in its own context; then Fastify, gRPC and HTTP/1.
const { once } = require('node:events');
const http2 = require('node:http2');
const { setImmediate: turn } = require('node:timers/promises');
const { context, propagation, trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('program');
const count = Number(process.argv[2]);

function ask(client, headers, body, onResponse = () => {}) {
  return new Promise((resolve) => {
    const stream = client.request(headers);
    stream.on('error', () => {}).on('close', resolve);
    stream.on('response', () => onResponse(stream)).resume();
    stream.end(body);
  });
}

async function answer(request, response) {
  const id = request.url.slice(1);
  const note = (what) => tracer.startSpan(`${what} ${id}`).end();
  if (id === 'waits') return void response.write('begun');
  if (id === 'destroys') return response.write('begun', () => response.stream.destroy(new RangeError('cannot go on')));
  if (id === 'closes') return response.write('begun', () => response.stream.close(2));
  if (id === 'fails') return response.writeHead(500).end();
  if (id === 'pushes')
    return response.createPushResponse({ ':path': '/pushed' }, (_, pushed) => (pushed.end('pushed'), response.end('pushes')));
  request.on('data', () => note('data'));
  await once(request, 'end');
  note('end');
  response.on('finish', () => note('finish')).on('close', () => note('close'));
  await turn();
  tracer.startActiveSpan(`work ${id}`, (span) => {
    response.end('done');
    tracer.startSpan(`within ${id}`).end();
    span.end();
  });
}

(async () => {
  const server = http2.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
  client.on('stream', (pushed) => pushed.resume());
  const asks = Array.from({ length: count }, (_, id) => {
    const span = tracer.startSpan(`ask ${id}`);
    const headers = { ':path': `/${id}`, ':method': 'POST', 'user-agent': 'me/1' };
    propagation.inject(trace.setSpan(context.active(), span), headers);
    return ask(client, headers, 'a body').then(() => span.end());
  });
  await Promise.all(asks);
  for (const path of ['/pushes', '/fails', '/destroys', '/closes', '/health']) await ask(client, { ':path': path });
  await ask(client, { ':path': '/waits' }, undefined, (stream) => stream.close(http2.constants.NGHTTP2_CANCEL));
  client.close();
  server.close();

  const app = require('fastify')({ http2: true });
  app.get('/orders/:id', async ({ params }) => ({ id: params.id }));
  app.get('/throws', async () => {
    throw new RangeError('it broke');
  });
  const fast = http2.connect(await app.listen({ port: 0, host: '127.0.0.1' }));
  for (const path of ['/orders/7', '/throws']) await ask(fast, { ':path': path });
  fast.close();
  await app.close();

  if (process.env.KEY !== undefined) {
    const { key, cert } = { key: process.env.KEY, cert: process.env.CERT };
    const both = http2.createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => response.end()).listen(0, '127.0.0.1');
    await once(both, 'listening');
    const url = `https://127.0.0.1:${both.address().port}`;
    const secure = http2.connect(url, { rejectUnauthorized: false });
    await ask(secure, { ':path': '/secure' });
    secure.close();
    await new Promise((resolve) =>
      require('node:https').get(`${url}/secure-old`, { rejectUnauthorized: false, agent: false }, (each) =>
        each.resume().on('end', resolve),
      ),
    );
    both.close();
  }
})();
