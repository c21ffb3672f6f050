// node --require signalbox/register test/differential/programs/koa.cjs
const { Readable } = require('node:stream');
const Koa = require('koa');
const { Router } = require('@koa/router');
const { say, shape, listeners } = require('./show.cjs');
const { askAll, end, REQUESTS } = require('./ask.cjs');

const order = [];
const app = new Koa();
say('app', shape(app), listeners(app), Object.keys(app.context).join());
const first = Object.freeze(async function first(context, next) {
  order.push(['before', context.method, context.url, shape(context).classes.split('<').length, next.length, arguments.length]);
  await next();
  order.push(['after', context.status, context._matchedRoute]);
});
app.use(first);
const router = new Router();
router.param('id', (id, context, next) => (order.push(['param', id]), next()));
router.get('order', '/orders/:id', (context) => {
  context.body = { id: context.params.id, query: { ...context.query }, route: context._matchedRoute, name: context._matchedRouteName };
});
router.post('/orders', (context) => {
  context.status = 201;
  context.set('location', '/orders/1');
  context.body = { a: 1 };
});
router.get('/slow', async (context) => {
  await new Promise(setImmediate);
  context.body = 'slow';
});
router.get('/stream', (context) => void (context.body = Readable.from(['a', 'b', 'c'])));
router.get('/throws', () => {
  throw new RangeError('it broke');
});
router.get('/rejects', async () => {
  throw Object.assign(new Error('teapot'), { status: 418, expose: true });
});
router.get('/refused', (context) => context.throw(403, 'refused'));
router.get('/missing', (context, next) => next());
const users = new Router();
users.get('/users/:name', (context) => void (context.body = `${context.params.name} ${context.params.version}`));
router.use('/api/:version', users.routes(), users.allowedMethods());
app.use(router.routes()).use(router.allowedMethods());
app.on('error', (error, context) => order.push(['error', error.name, error.message, Object.keys(error), context?.url]));
say(
  'middleware',
  app.middleware.map(({ name, length }) => [name, length]),
  app.middleware[0] === first,
  shape(first),
);
say(
  'stack',
  router.stack.map(({ path, methods, stack }) => [path, methods, stack.map(({ name, length }) => [name, length])]),
);
const server = app.listen(0, '127.0.0.1');
void askAll(server, REQUESTS).then(() => {
  for (const line of order) say('order', line);
  say(
    'stack',
    router.stack.map(({ path, stack }) => [path, stack.map(({ name, length }) => [name, length])]),
  );
  say(
    'app',
    listeners(app),
    Object.keys(app.context).join(),
    app.middleware.map(({ name }) => name),
  );
  server.close();
  end();
});
