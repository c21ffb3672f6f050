module.exports = async function createServer(create) {
  const server = create();
  const ok = () => 'ok';
  server.route({ method: 'GET', path: '/plain', handler: ok });
  server.route([
    { method: 'GET', path: '/', handler: ok },
    { method: 'GET', path: '/users/{id}', options: { handler: ok } },
    { method: '*', path: '/any/{rest*}', handler: ok },
  ]);
  server.route({
    method: 'GET',
    path: '/throws',
    handler() {
      throw new TypeError('the handler failed');
    },
  });
  server.route({
    method: 'GET',
    path: '/client-error',
    handler() {
      throw Object.assign(new Error('no such thing'), {
        isBoom: true,
        isServer: false,
        output: { statusCode: 404, payload: { message: 'no such thing' }, headers: {} },
      });
    },
  });
  server.auth.scheme('nobody', () => ({ authenticate: (_request, h) => h.response('who?').code(401).takeover() }));
  server.auth.strategy('nobody', 'nobody');
  server.route({ method: 'GET', path: '/secret/{id}', options: { auth: 'nobody', handler: ok } });
  server.ext('onPreHandler', (_request, h) => h.continue);
  const orders = {
    name: 'orders',
    register(plugin) {
      plugin.route({ method: 'GET', path: '/orders/{order}', handler: ok });
      plugin.ext('onPreHandler', (_request, h) => h.continue);
    },
  };
  await server.register(orders, { routes: { prefix: '/api/v1' } });
  await server.initialize();
  return server;
};
