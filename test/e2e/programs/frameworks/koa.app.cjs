module.exports = function createApp(Koa, Router) {
  const app = new Koa();
  app.silent = true;
  const router = new Router();
  app.use(async function middleware(_context, next) {
    await next();
  });
  app.use(async (context, next) => {
    try {
      await next();
    } catch (error) {
      if (error.message !== 'caught above') throw error;
      context.status = 502;
    }
  });
  app.use(router.routes()).use(router.allowedMethods());
  const ok = (context) => {
    context.body = 'ok';
  };
  router.use(async (_context, next) => next());
  router.get('/plain', ok);
  router.get('/', ok);
  router.get('/users/:id', ok);
  router.get('/two-handlers', (_context, next) => next(), ok);
  router.get(/^\/reg(ular|exp)$/, ok);
  router.get(['/either', '/or'], ok);
  router.get('/throws', () => {
    throw new TypeError('the handler failed');
  });
  router.get('/caught', async () => {
    throw new Error('caught above');
  });
  router.get('/client-error', (context) => context.throw(404, 'no such thing'));
  const orders = new Router();
  orders.get('/', ok);
  orders.get('/:order', ok);
  const api = new Router({ prefix: '/api/v1' });
  api.use('/:tenant/orders', orders.routes());
  api.get('/tenants', ok);
  router.use(api.routes());
  const other = new Router({ prefix: '/other' });
  other.get('/:thing', ok);
  app.use(other.routes());
  app.use(async function ownRouting(context, next) {
    if (context.path === '/unrouted') context.body = 'ok';
    else await next();
  });
  return app;
};
