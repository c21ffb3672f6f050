'use strict';
const Hapi = require('@hapi/hapi');
const Inert = require('@hapi/inert');
const { join } = require('node:path');

(async () => {
  const server = Hapi.server({ port: process.env.PORT, host: '127.0.0.1' });
  await server.register(Inert);
  server.route([
    { method: 'GET', path: '/signals/{name}', handler: (request) => ({ name: request.params.name }) },
    { method: 'GET', path: '/files/{path*}', handler: { directory: { path: join(__dirname, 'public') } } },
    { method: 'POST', path: '/signals', options: { handler: (request, h) => h.response(request.payload).code(201) } },
    {
      method: 'GET',
      path: '/broken',
      handler: () => {
        throw new Error('broken');
      },
    },
  ]);
  server.ext('onPreResponse', (request, h) => h.continue);
  process.once('SIGTERM', async () => {
    await server.stop({ timeout: 1000 });
    console.log('stopped');
  });
  await server.start();
  console.log('started');
})();
