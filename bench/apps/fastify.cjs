/** One route with a parameter that answers JSON: `node bench/apps/fastify.cjs 3>&1`. */
'use strict';
const fastify = require('fastify');
const { listening } = require('./report.cjs');

const app = fastify();
app.get('/orders/:id', async (request) => ({ id: request.params.id, state: 'open' }));
app.listen({ port: 0, host: '127.0.0.1' }).then(() => listening(app.server.address().port));
