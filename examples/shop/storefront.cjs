// The shop's public HTTP API.
//
// DATABASE_URL   PostgreSQL
// INVENTORY_URL  http://127.0.0.1:8081
// PORT           default 8080; 0 takes a free one
'use strict';

const express = require('express');
const { Pool } = require('pg');
const { setAttributes, traceIds } = require('signalbox');
const winston = require('winston');
const { databaseMetrics, watchPool, watchServer } = require('signalbox/metrics');
const { captureException } = require('signalbox/sentry');
const { registerChecks } = require('./health.js');

const { DATABASE_URL, INVENTORY_URL = 'http://127.0.0.1:8081', PORT = '8080', LOG_LEVEL = 'info' } = process.env;

const logger = winston.createLogger({
  level: LOG_LEVEL,
  defaultMeta: { service: 'storefront' },
  format: winston.format.combine(winston.format.timestamp(), winston.format.errors({ stack: true }), winston.format.json()),
  transports: [new winston.transports.Console()],
});

const pool = new Pool({ connectionString: DATABASE_URL, max: 4 });
watchPool(pool, { name: 'storefront', system: 'postgresql' });
const database = databaseMetrics({ system: 'postgresql', slowMs: 50 });
pool.on('error', (error) => logger.error('database connection lost', { error: error.message }));
registerChecks({ pool, inventoryUrl: INVENTORY_URL });

/** An answer that is the client's fault. */
class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function findProduct(id) {
  if (!/^\d{1,9}$/.test(id)) throw new RequestError(400, 'a product id is a number');
  const { rows } = await pool.query('select id, sku, name, category, price_cents from products where id = $1', [id]);
  if (rows.length === 0) throw new RequestError(404, `there is no product ${id}`);
  return rows[0];
}

async function reserve(sku, quantity) {
  const response = await fetch(`${INVENTORY_URL}/reservations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sku, quantity }),
    signal: AbortSignal.timeout(10_000),
  });
  const body = await response.json();
  if (response.status === 409) throw new RequestError(409, 'sold out');
  if (!response.ok) throw new Error(`inventory answered ${response.status}`);
  return body;
}

const app = express();
app.disable('x-powered-by');
app.use(express.json());

app.get('/products', async (req, res) => {
  const { rows } = await pool.query('select id, name, price_cents from products order by id');
  logger.info('products listed', { count: rows.length });
  res.json(rows);
});

app.get('/products/:id', async (req, res) => {
  const product = await findProduct(req.params.id);
  const response = await fetch(`${INVENTORY_URL}/stock/${product.sku}`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`inventory answered ${response.status}`);
  const { available } = await response.json();
  res.json({ ...product, available });
});

app.post('/orders', async (req, res) => {
  const { productId, quantity } = req.body ?? {};
  if (!Number.isInteger(quantity) || quantity < 1) throw new RequestError(400, 'quantity must be a whole number from 1');
  const product = await findProduct(String(productId));
  await reserve(product.sku, quantity);

  const client = await pool.connect();
  try {
    await client.query('begin');
    const order = await client.query('insert into orders (sku, quantity, total_cents) values ($1, $2, $3) returning id, state', [
      product.sku,
      quantity,
      product.price_cents * quantity,
    ]);
    await client.query('insert into jobs (order_id) values ($1)', [order.rows[0].id]);
    await client.query('commit');
    setAttributes({ 'order.id': order.rows[0].id, 'order.items': quantity });
    logger.info('order received', { orderId: order.rows[0].id, sku: product.sku, quantity });
    res.status(201).json(order.rows[0]);
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
});

app.get('/orders/:id', async (req, res) => {
  if (!/^\d{1,9}$/.test(req.params.id)) throw new RequestError(400, 'an order id is a number');
  const { rows } = await pool.query('select id, sku, quantity, total_cents, state from orders where id = $1', [req.params.id]);
  if (rows.length === 0) throw new RequestError(404, `there is no order ${req.params.id}`);
  res.json(rows[0]);
});

app.get('/slow', async (req, res) => {
  await database.measure('sleep', () => pool.query('select pg_sleep(0.05)'));
  await new Promise((resolve) => setTimeout(resolve, 250));
  logger.warn('slow answer');
  res.json({ slow: true });
});

app.get('/boom', () => {
  throw new TypeError('the price of product 7 is not a number');
});

const api = express.Router();
const catalogue = express.Router({ mergeParams: true });

api.get('/status', (req, res) => {
  res.json({ ok: true });
});

catalogue.get('/products', async (req, res) => {
  const { rows } = await pool.query('select id, name, price_cents from products where category = $1 order by id', [req.params.category]);
  res.json(rows);
});

api.use('/categories/:category', catalogue);
app.use('/api', api);

app.use((req, res) => {
  res.status(404).json({ error: 'not found' });
});

app.use((error, req, res, next) => {
  if (res.headersSent) return next(error);
  const status = error.status ?? 500;
  if (status < 500) {
    logger.warn('request refused', { method: req.method, path: req.path, status, reason: error.message });
    res.status(status).json({ error: error.message });
  } else {
    captureException(error, { handler: 'storefront' });
    logger.error('request failed', { method: req.method, path: req.path, error: error.message, stack: error.stack });
    res.status(500).json({ error: 'internal error', traceId: traceIds()?.traceId });
  }
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  logger.info('storefront listening', { port: server.address().port });
});
// Below a router, baseUrl is a path as it was asked for.
watchServer(server, { route: (request) => (request.baseUrl === '' ? request.route?.path : undefined) });

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    logger.info('storefront stopping', { signal });
    server.close(async () => {
      await pool.end();
      process.exit(0);
    });
  });
}
