/** One trace across processes: HTTP, a worker thread, a job in Redis, and HTTP again. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startCollector } from '../e2e/kit/collector.ts';
import { startProgram } from '../e2e/kit/run-program.ts';
import { missing, startRedis } from './services.ts';

const PROGRAM = new URL('programs/carry.mjs', import.meta.url).pathname;

it('an order is one trace from the request to the stock', { skip: missing('redis'), timeout: 60_000 }, async () => {
  const redis = await startRedis();
  try {
    await using collector = await startCollector();
    const env = { ...collector.env, REDIS_PORT: String(redis.port), OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'bullmq,ioredis,redis' };
    const start = (role: string, more: Record<string, string> = {}) =>
      startProgram({ program: PROGRAM, args: [role], env: { ...env, OTEL_SERVICE_NAME: role, ...more } });
    const stock = start('stock');
    const web = start('web');
    const [, stockPort] = await stock.output(/listening (\d+)/);
    const jobs = start('jobs', { STOCK_URL: `http://127.0.0.1:${stockPort}` });
    await jobs.output(/ready/);
    const [, webPort] = await web.output(/listening (\d+)/);
    assert.equal(await (await fetch(`http://127.0.0.1:${webPort}`)).text(), 'queued');
    await jobs.output(/packed/);
    for (const program of [web, jobs, stock]) program.kill('SIGTERM');
    await Promise.all([web.ended, jobs.ended, stock.ended]);

    const spans = collector.store.spans();
    const order = spans.find(({ name }) => name === 'order');
    const trace = spans.filter(({ traceId }) => traceId === order?.traceId);
    const byId = new Map(trace.map((span) => [span.spanId, span]));
    const path: string[] = [];
    for (let span = trace.find(({ name }) => name === 'look up'); span !== undefined; span = byId.get(span.parentSpanId ?? ''))
      path.unshift(`${String(span.resource['service.name'])}: ${span.name}`);
    assert.deepEqual(path, ['web: GET', 'web: order', 'web: queue', 'jobs: pack', 'jobs: GET', 'stock: GET', 'stock: look up']);
    assert.equal(spans.length, trace.length, 'there is no other trace');
  } finally {
    await redis.stop();
  }
});
