module.exports = function createApp(fastify) {
  const app = fastify();
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers['x-stranger'] !== undefined) return reply.code(401).send('who?');
  });
  app.get('/plain', async () => 'ok');
  app.get('/', async () => 'root');
  app.get('/users/:id', async () => 'ok');
  app.post('/checked', { schema: { body: { type: 'object', required: ['name'] } } }, async () => 'ok');
  app.get('/throws', async () => {
    throw new TypeError('the handler failed');
  });
  app.get('/client-error', async () => {
    throw Object.assign(new Error('no such thing'), { statusCode: 404 });
  });
  app.get('/files/*', async () => 'ok');
  app.register(
    async (api) => {
      api.get('/', async () => 'api');
      api.get('/orders/:order', async () => 'ok');
      api.register(async (deep) => deep.get('/:a/and/:b', async () => 'ok'), { prefix: '/deep' });
      api.setErrorHandler((error, _request, reply) => reply.code(503).send(error.message));
      api.get('/throws', (_request, reply) => void reply.send(new Error('handled here')));
    },
    { prefix: '/api/v1' },
  );
  return app;
};
