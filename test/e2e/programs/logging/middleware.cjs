// Express with the middleware: under register it adds the header alone.
const { get } = require('node:http');
const express = require('express');
const { getLogger, requestMiddleware, setLogContext } = require('signalbox/logging');
const logger = getLogger('app');
const app = express();
app.use(requestMiddleware());
app.get('/orders/:id', async (_request, response) => {
  setLogContext({ user_id: 'ann' });
  await new Promise((resolve) => setTimeout(resolve, 1));
  logger.info('handling');
  response.json({});
});
const server = app.listen(0, '127.0.0.1', () => {
  get({ port: server.address().port, path: '/orders/7?a=1', headers: { 'x-request-id': 'r-7' } }, (answer) => {
    process.stderr.write(`header ${answer.headers['x-request-id']}\n`);
    answer.resume().on('end', () => server.close());
  });
});
