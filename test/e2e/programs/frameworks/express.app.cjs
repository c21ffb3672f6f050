// Routes of every kind, for Express 4 and 5; `anything` is the catch-all in the language of the version.
module.exports = function createApp(express, { anything }) {
  const app = express();
  app.use(function middleware(_request, _response, next) {
    next();
  });
  app.use('/public', express.static(__dirname));
  app.use('/broken-middleware', () => {
    throw new Error('the middleware failed');
  });
  app.get('/plain', (_request, response) => response.send('ok'));
  app.get('/', (_request, response) => response.send('root'));
  app.get('/users/:id', (_request, response) => response.send('ok'));
  app.get(['/either', '/or'], (_request, response) => response.send('ok'));
  app.get(/^\/reg(ular|exp)$/, (_request, response) => response.send('ok'));
  app
    .route('/both/:way')
    .get((_request, response) => response.send('got'))
    .post((_request, response) => response.send('posted'));
  app.get(
    '/two-handlers',
    (_request, _response, next) => setImmediate(next),
    (_request, response) => response.send('ok'),
  );
  app.get('/moved/:on', (_request, _response, next) => next());
  app.get('/moved/here', (_request, response) => response.send('ok'));
  app.get('/throws', () => {
    throw new TypeError('the handler failed');
  });
  app.get('/passes-error', (_request, _response, next) => void setImmediate(next, new Error('the handler failed later')));
  app.get('/client-error', (_request, _response, next) => next(Object.assign(new Error('no such thing'), { status: 404 })));

  const orders = express.Router({ mergeParams: true });
  orders.get('/', (_request, response) => response.send('orders'));
  orders.get('/:order', (_request, response) => response.send('order'));
  orders.get('/:order/throws', () => {
    throw new Error('deep inside');
  });
  const tenants = express.Router();
  tenants.get('/', (_request, response) => response.send('tenants'));
  tenants.use('/:tenant/orders', orders);
  app.use('/api/v1', tenants);
  app.use(
    ['/first', '/second'],
    express.Router().get('/thing', (_request, response) => response.send('ok')),
  );
  const nobody = express.Router();
  nobody.get('/nothing', (_request, response) => response.send('never asked'));
  app.use('/api', nobody);
  app.get('/api/after', (_request, response) => response.send('ok'));

  const inner = express();
  inner.get('/page/:page', (_request, response) => response.send('ok'));
  inner.use('/status', (_request, response) => response.send('up'));
  app.use('/inner', inner);
  app.use('/passes-on', (_request, _response, next) => setImmediate(next));

  const open = express.Router();
  open.get(anything, (_request, response) => response.send('anything'));
  app.use('/open', open);

  app.use((_request, response) => response.status(404).send('nothing here'));
  app.use((error, _request, response, _next) => response.status(error.status ?? 500).send(error.message));
  return app;
};
