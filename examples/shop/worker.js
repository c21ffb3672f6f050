// Packs the orders that wait in the table `jobs`. Any number of workers can run.
//
// DATABASE_URL      PostgreSQL
// POLL_INTERVAL_MS  how often an idle worker looks, default 250
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import winston from 'winston';
import { databaseMetrics, queueMetrics, watchPool } from 'signalbox/metrics';
import { withErrorHandler } from 'signalbox/sentry';
import { registerChecks } from './health.js';

const { DATABASE_URL, POLL_INTERVAL_MS = '250', LOG_LEVEL = 'info' } = process.env;

const logger = winston.createLogger({
  level: LOG_LEVEL,
  defaultMeta: { service: 'worker' },
  format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
  transports: [new winston.transports.Console()],
});

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 });
watchPool(pool, { name: 'worker', system: 'postgresql' });
const lockWaits = databaseMetrics({ system: 'postgresql' }).observeLockWaits('worker', async () => {
  const { rows } = await pool.query('select count(*)::int as waiting from pg_locks where not granted');
  return rows[0].waiting;
});
const queue = queueMetrics({ name: 'orders', system: 'postgresql' });
pool.on('error', (error) => logger.error('database connection lost', { error: error.message }));
registerChecks({ pool });

// One statement, so that no transaction is open while an order is packed. A job of a worker that died is taken again.
const CLAIM = `
  update jobs set claimed_at = now()
  where id = (
    select id from jobs
    where done_at is null and (claimed_at is null or claimed_at < now() - interval '1 minute')
    order by id limit 1
    for update skip locked
  )
  returning id, order_id`;

async function packNext() {
  const { rows } = await pool.query(CLAIM);
  if (rows.length === 0) return false;
  const [job] = rows;
  await queue.process(async () => {
    await delay(5);
    await pool.query("update orders set state = 'packed' where id = $1", [job.order_id]);
    await pool.query('update jobs set done_at = now() where id = $1', [job.id]);
  });
  logger.info('order packed', { orderId: job.order_id, jobId: job.id });
  return true;
}

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (stopping.signal.aborted) return;
    logger.info('worker stopping', { signal });
    stopping.abort();
  });
}

logger.info('worker started');
while (!stopping.signal.aborted) {
  const packed = await withErrorHandler({ handler: 'worker' }, packNext).catch((error) => {
    logger.error('job failed', { error: error.message });
    return false;
  });
  if (!packed) await delay(Number(POLL_INTERVAL_MS), undefined, { signal: stopping.signal }).catch(() => {});
}
lockWaits.stop();
await pool.end();
