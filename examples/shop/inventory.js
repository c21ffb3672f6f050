// What is in the warehouse; an internal service.
//
// DATABASE_URL  PostgreSQL
// PORT          default 8081; 0 takes a free one
import Fastify from 'fastify';
import pg from 'pg';
import winston from 'winston';

const { DATABASE_URL, PORT = '8081', LOG_LEVEL = 'info' } = process.env;

const logger = winston.createLogger({
  level: LOG_LEVEL,
  defaultMeta: { service: 'inventory' },
  format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
  transports: [new winston.transports.Console()],
});

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 4 });
pool.on('error', (error) => logger.error('database connection lost', { error: error.message }));

const app = Fastify();

app.get('/stock/:sku', async (request, reply) => {
  const { rows } = await pool.query('select sku, available from stock where sku = $1', [request.params.sku]);
  if (rows.length === 0) return reply.code(404).send({ error: 'unknown sku' });
  return rows[0];
});

const reservation = {
  type: 'object',
  required: ['sku', 'quantity'],
  properties: { sku: { type: 'string' }, quantity: { type: 'integer', minimum: 1 } },
};

app.post('/reservations', { schema: { body: reservation } }, async (request, reply) => {
  const { sku, quantity } = request.body;
  const { rows } = await pool.query('update stock set available = available - $2 where sku = $1 and available >= $2 returning available', [
    sku,
    quantity,
  ]);
  if (rows.length === 0) {
    logger.warn('reservation refused', { sku, quantity });
    return reply.code(409).send({ error: 'not enough' });
  }
  logger.info('reserved', { sku, quantity, available: rows[0].available });
  return reply.code(201).send({ sku, quantity });
});

app.setErrorHandler((error, request, reply) => {
  const status = error.statusCode ?? 500;
  if (status >= 500) logger.error('request failed', { error: error.message, stack: error.stack });
  return reply.code(status).send({ error: status >= 500 ? 'internal error' : error.message });
});

await app.listen({ port: Number(PORT), host: '127.0.0.1' });
logger.info('inventory listening', { port: app.server.address().port });

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    logger.info('inventory stopping', { signal });
    await app.close();
    await pool.end();
  });
}
