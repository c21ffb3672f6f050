// node --require signalbox/register test/differential/programs/hapi.cjs
const { Readable } = require('node:stream');
const Hapi = require('@hapi/hapi');
const { say, shape } = require('./show.cjs');
const { askAll, end, REQUESTS } = require('./ask.cjs');

const order = [];
const server = Hapi.server({ port: 0, host: '127.0.0.1', debug: false });
say(
  'server',
  shape(server)
    .keys.filter((key) => !key.startsWith('Symbol'))
    .join(),
  Object.keys(Hapi).join(),
);
for (const point of ['onRequest', 'onPreAuth', 'onPreHandler', 'onPostHandler', 'onPreResponse'])
  server.ext(point, (request, h) => {
    order.push([point, request.path, request.response?.isBoom ?? typeof request.response]);
    return h.continue;
  });
server.events.on('response', (request) => order.push(['response', request.path, request.response?.statusCode]));
server.events.on({ name: 'request', channels: 'error' }, (request, { error }) =>
  order.push(['request error', request.path, error.message, Object.keys(error)]),
);
const options = Object.freeze({
  method: 'GET',
  path: '/orders/{id}',
  handler: (request, h) => h.response({ id: request.params.id, query: request.query, path: request.route.path }),
});
server.route(options);
server.route([
  { method: 'POST', path: '/orders', handler: (request, h) => h.response(request.payload).code(201).location('/orders/1') },
  { method: 'GET', path: '/slow', handler: async () => new Promise((resolve) => setImmediate(resolve, 'slow')) },
  {
    method: 'GET',
    path: '/stream',
    handler: (_request, h) => h.response(Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false })),
  },
  {
    method: 'GET',
    path: '/throws',
    handler() {
      throw new RangeError('it broke');
    },
  },
  {
    method: 'GET',
    path: '/rejects',
    async handler() {
      throw Object.assign(new Error('it is no teapot'), { own: true });
    },
  },
  { method: 'GET', path: '/refused', handler: (_request, h) => h.response().code(403).takeover() },
  { method: 'GET', path: '/missing', handler: (_request, h) => h.response().code(404) },
]);
const plugin = Object.freeze({
  name: 'api',
  register: async (each, given) =>
    each.route({ method: 'GET', path: '/users/{name}', handler: (request) => `${request.params.name} ${given.version}` }),
});
(async () => {
  await server.register({ plugin, options: Object.freeze({ version: 'v1' }) }, { routes: { prefix: '/api/v1' } });
  await server.initialize();
  const { statusCode, payload } = await server.inject('/orders/3');
  say('injected', statusCode, payload);
  await server.start();
  say(
    'table',
    server.table().map(({ method, path, settings }) => [method, path, settings.handler?.name, settings.handler?.length]),
  );
  say(
    'handler is kept',
    server.table().some(({ settings }) => settings.handler === options.handler),
    shape(options),
  );
  await askAll(server.listener, REQUESTS);
  for (const line of order) say('order', line);
  await server.stop();
  end();
})();
