// node --require signalbox/register test/differential/programs/express.cjs
const { Readable } = require('node:stream');
const express = require('express');
const { say, shape, listeners } = require('./show.cjs');
const { askAll, end, REQUESTS } = require('./ask.cjs');

const order = [];
const app = express();
say(
  'app',
  shape(app)
    .keys.filter((key) => !key.startsWith('Symbol'))
    .sort()
    .join(),
  Object.keys(express).sort().join(),
);
const named = Object.freeze(function named(request, response, next) {
  order.push(['named', arguments.length, this === undefined, shape(request).classes, shape(response).classes, next.name, next.length]);
  next();
});
app.use(named);
app.use(express.json());
app.param('id', (request, _response, next, id, name) => {
  order.push(['param', id, name]);
  next();
});
app.get('/orders/:id', [
  (_request, _response, next) => next(),
  (request, response) => response.json({ id: request.params.id, query: request.query, route: request.route.path, base: request.baseUrl }),
]);
app.post('/orders', (request, response) => response.status(201).location('/orders/1').json(request.body));
app.get('/slow', async (_request, response) => {
  await new Promise(setImmediate);
  response.once('finish', () => order.push(['finished', listeners(response).map(([name]) => name)]));
  response.send('slow');
});
app.get('/stream', (_request, response) => void Readable.from(['a', 'b', 'c']).pipe(response));
app.get('/throws', function throws() {
  throw new RangeError('it broke');
});
app.get('/rejects', (_request, _response, next) => next(Object.freeze(Object.assign(new Error('frozen'), { status: 418 }))));
app.get('/refused', (_request, response) => response.sendStatus(403));
app.get('/missing', (_request, _response, next) => next('route'));
const api = express.Router({ mergeParams: true });
api.use((request, _response, next) => (order.push(['router', request.baseUrl]), next()));
api.route('/users/:name').get((request, response) => response.send(`${request.baseUrl} ${request.params.name} ${request.params.version}`));
app.use('/api/:version', api);
app.use(function failed(error, request, response, next) {
  order.push([
    'failed',
    error.name,
    error.message,
    error.stack
      .split('\n')
      .slice(1, 3)
      .filter((line) => line.includes('signalbox/')).length,
    Object.keys(error),
    arguments.length,
  ]);
  if (error.message === 'frozen') return next(error);
  response.status(error.status ?? 500).json({ error: error.message });
});
app.set('env', 'test');
const layers = (router) =>
  router.stack.map(({ handle, name, path, route }) => [
    name,
    handle.name,
    handle.length,
    path,
    route?.path,
    route?.stack.map((each) => [each.name, each.method, each.handle.length]),
  ]);
say('layers', JSON.stringify(layers(app._router ?? app.router)));
say(
  'named is kept',
  (app._router ?? app.router).stack.some(({ handle }) => handle === named),
  shape(named),
);
app.on('mount', () => {});
say('listeners', listeners(app));
const server = app.listen(0, '127.0.0.1');
void askAll(server, REQUESTS).then(() => {
  for (const line of order) say('order', line);
  say('layers', JSON.stringify(layers(app._router ?? app.router)));
  server.close();
  end();
});
