/**
 * Closer to a service at work: a route that asks another server by fetch and writes one log line.
 *
 * `UPSTREAM_URL=http://127.0.0.1:… node bench/apps/express.cjs 3>&1`
 */
'use strict';
const express = require('express');
const winston = require('winston');
const { listening } = require('./report.cjs');

const logger = winston.createLogger({
  format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
  transports: [new winston.transports.Console()],
});

const app = express();
app.get('/orders/:id', async (request, response) => {
  const price = await (await fetch(process.env.UPSTREAM_URL)).json();
  logger.info('order priced', { order: request.params.id, amount: price.amount });
  response.json({ id: request.params.id, ...price });
});
const server = app.listen(0, '127.0.0.1', () => listening(server.address().port));
