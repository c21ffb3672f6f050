// node --require signalbox/register test/differential/programs/fastify.cjs
const { Readable } = require('node:stream');
const fastify = require('fastify');
const { say, shape } = require('./show.cjs');
const { askAll, end, REQUESTS } = require('./ask.cjs');

const order = [];
const app = fastify({ forceCloseConnections: true });
say('app', Object.keys(app).sort().join(), app.printPlugins(), typeof app.server);
for (const name of ['onRequest', 'preValidation', 'preHandler', 'onResponse', 'onTimeout'])
  app.addHook(name, async (request, reply) => {
    order.push([name, request.url, shape(request).classes, shape(reply).classes, reply.sent]);
  });
for (const name of ['preParsing', 'preSerialization', 'onSend'])
  app.addHook(name, async (request, reply, payload) => {
    order.push([name, request.url, typeof payload, reply.sent]);
    return payload;
  });
app.addHook('onError', async (request, _reply, error) => void order.push(['onError', request.url, error.message]));
app.addHook('onRoute', ({ method, url, handler }) => order.push(['route', method, url, handler.name]));
const frozen = Object.freeze({ method: 'GET', url: '/frozen', handler: async () => 'frozen' });
app.route(frozen);
app.get('/orders/:id', { schema: { params: { type: 'object', properties: { id: { type: 'string' } } } } }, async function one(request) {
  return { id: request.params.id, query: request.query, url: request.routeOptions.url, self: this === app };
});
app.post('/orders', (request, reply) => reply.code(201).header('location', '/orders/1').send(request.body));
app.get('/slow', async () => new Promise((resolve) => setImmediate(resolve, 'slow')));
app.get('/stream', (_request, reply) => reply.send(Readable.from(['a', 'b', 'c'])));
app.get('/throws', () => {
  throw new RangeError('it broke');
});
app.get('/rejects', async () => {
  throw Object.freeze(Object.assign(new Error('frozen'), { statusCode: 418 }));
});
app.get('/refused', (_request, reply) => reply.code(403).send());
app.get('/missing', (_request, reply) => reply.callNotFound());
app.register(
  async (api) => {
    api.decorate('inner', true);
    api.get('/users/:name', async function user(request) {
      return `${request.params.name} ${request.params.version} ${this.inner}`;
    });
  },
  { prefix: '/api/:version' },
);
app.setErrorHandler(function failed(error, request, reply) {
  order.push(['failed', error.name, error.message, Object.keys(error)]);
  void reply.code(error.statusCode ?? 500).send({ error: error.message });
});
app.ready().then(async () => {
  say('routes', app.printRoutes());
  say('plugins', app.printPlugins().replaceAll(/\d+(\.\d+)? ms/g, 'ms'));
  say('hooks', Object.keys(app).sort().join());
  const { statusCode, body } = await app.inject({ method: 'GET', url: '/orders/3' });
  say('injected', statusCode, body);
  await app.listen({ port: 0, host: '127.0.0.1' });
  await askAll(app.server, [...REQUESTS, ['GET', '/frozen']]);
  for (const line of order) say('order', line);
  say('frozen', shape(frozen));
  await app.close();
  end();
});
