// node --require signalbox/register test/differential/programs/restify.cjs
const { Readable } = require('node:stream');
const restify = require('restify');
const { say, shape, listeners } = require('./show.cjs');
const { askAll, end, REQUESTS } = require('./ask.cjs');

const order = [];
const server = restify.createServer({ name: 'shop' });
say('server', shape(server).classes, Object.keys(server).sort().join(), listeners(server));
server.pre((request, response, next) => (order.push(['pre', request.url]), next()));
const used = function used(request, response, next) {
  order.push(['used', arguments.length, this === undefined, request.getRoute()?.path, next.name, next.length]);
  return next();
};
server.use(used);
server.use(restify.plugins.queryParser({ mapParams: false }));
server.use(restify.plugins.bodyParser({ mapParams: false }));
const routes = [
  server.get({ path: '/orders/:id', name: 'order' }, (request, response, next) => {
    response.send({ id: request.params.id, query: request.query, route: request.getRoute().name });
    return next();
  }),
  server.post('/orders', [(_request, _response, next) => next(), (request, response, next) => (response.send(201, request.body), next())]),
  server.get('/slow', async (_request, response) => {
    await new Promise(setImmediate);
    response.send('slow');
  }),
  server.get('/stream', (_request, response, next) => {
    response.writeHead(200);
    Readable.from(['a', 'b', 'c'])
      .pipe(response)
      .once('close', () => next());
  }),
  server.get('/throws', (_request, _response, next) => next(new RangeError('it broke'))),
  server.get('/rejects', async () => {
    throw Object.assign(new Error('teapot'), { statusCode: 418 });
  }),
  server.get('/refused', (_request, response, next) => (response.send(403), next(false))),
  server.get('/missing', (_request, _response, next) => next('order')),
  server.get(
    '/api/:version/users/:name',
    (request, response, next) => (response.send(`${request.params.name} ${request.params.version}`), next()),
  ),
];
say('routes', routes, server.router.getRoutes ? Object.keys(server.router.getRoutes()).sort().join() : 'none');
server.on('after', (request, response, route, error) =>
  order.push(['after', response.statusCode, route?.path ?? null, error?.message ?? null]),
);
server.on(
  'restifyError',
  (_request, _response, error, done) => (order.push(['error', error.name, error.message, Object.keys(error).sort()]), done()),
);
server.on('NotFound', (_request, _response, error, done) => (order.push(['not found', error.message]), done()));
const chains = () =>
  Object.values(server.router.getRoutes()).map(({ name, path, chain }) => [
    name,
    path,
    chain.getHandlers().map((each) => [each._name, each.length]),
  ]);
say('chains', chains());
say('listeners', listeners(server));
server.listen(0, '127.0.0.1');
void (async () => {
  await new Promise((resolve) => server.once('listening', resolve));
  await askAll(server.server, REQUESTS);
  for (const line of order) say('order', line);
  say('chains', chains(), shape(used));
  say('listeners', listeners(server));
  server.close();
  end();
})();
