'use strict';
const { createServer } = require('node:http');
const { createTerminus } = require('@godaddy/terminus');
const express = require('express');

const app = express();
app.use(
  '/lines',
  express.Router().get('/:line', (request, response) => response.json({ line: request.params.line })),
);
const server = createServer(app);
createTerminus(server, {
  healthChecks: { '/healthcheck': async () => ({ line: 'clear' }) },
  signals: ['SIGTERM', 'SIGINT'],
  timeout: 1000,
  onSignal: async () => console.log('cleaning up'),
  onShutdown: async () => console.log('shut down'),
  logger: console.error,
});
server.listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));
