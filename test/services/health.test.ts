/** The ready-made checks against real servers: up, hung, back, stopped, back. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { Check, CheckResult } from '../../src/app/health/check.ts';
import { mysqlCheck } from '../../src/app/health/checks/mysql.ts';
import { postgresCheck } from '../../src/app/health/checks/postgres.ts';
import { queueCheck } from '../../src/app/health/checks/queue.ts';
import { redisCheck } from '../../src/app/health/checks/redis.ts';
import { createHealth } from '../../src/app/health/health.ts';
import { missing, startMariadb, startPostgres, startRedis, type Service } from './services.ts';

// The clients carry no types of their own here.
const require = createRequire(import.meta.url);
const TIMEOUT_MS = 1000;

/** Asks until the check says what is expected: clients come back by themselves, in their own time. */
async function until(check: Check, status: CheckResult['status']): Promise<CheckResult> {
  const health = createHealth();
  health.register('server', check, { timeoutMs: TIMEOUT_MS, cacheMs: 0 });
  for (let attempt = 1; ; attempt++) {
    const result = (await health.report()).checks['server'] as CheckResult;
    if (result.status === status || attempt === 50) {
      assert.equal(result.status, status, JSON.stringify(result));
      return result;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function passesThrough(service: Service, restart: (port: number) => Promise<Service>, check: Check): Promise<CheckResult> {
  const up = await until(check, 'healthy');
  service.suspend();
  const hung = await until(check, 'unhealthy');
  assert.match(hung.error ?? '', /did not answer within 1000 ms|earlier runs have not answered/);
  service.resume();
  await until(check, 'healthy');
  await service.stop();
  const stopped = await until(check, 'unhealthy');
  assert.ok((stopped.error ?? '') !== '');
  const again = await restart(service.port);
  await until(check, 'healthy').finally(() => again.stop());
  return up;
}

test('PostgreSQL by a pool of pg', { skip: missing('postgres') }, async (t) => {
  const service = await startPostgres();
  t.after(service.stop);
  const { Pool } = require('pg') as { Pool: new (options: object) => Parameters<typeof postgresCheck>[0] & { end(): Promise<void>; on(event: string, listener: () => void): void } }; // prettier-ignore
  const pool = new Pool({ connectionString: service.url, max: 2 });
  pool.on('error', () => {});
  t.after(() => pool.end());
  const { details } = await passesThrough(service, startPostgres, postgresCheck(pool));
  assert.equal(details?.['active_connections'], 1);
  assert.equal(details?.['max_connections'], 100);
  assert.equal(details?.['pool_size'], 1);
});

test('Redis by ioredis', { skip: missing('redis') }, async (t) => {
  const service = await startRedis();
  t.after(service.stop);
  const { Redis } = require('ioredis') as { Redis: new (url: string) => Parameters<typeof redisCheck>[0] & { disconnect(): void; on(event: string, listener: () => void): void } }; // prettier-ignore
  const client = new Redis(service.url);
  client.on('error', () => {});
  t.after(() => client.disconnect());
  const { details } = await passesThrough(service, startRedis, redisCheck(client));
  assert.equal(details?.['connected_clients'], 1);
  assert.ok((details?.['used_memory_bytes'] as number) > 0);
});

test('Redis by redis', { skip: missing('redis') }, async (t) => {
  const service = await startRedis();
  t.after(service.stop);
  const { createClient } = require('redis') as { createClient(options: object): Parameters<typeof redisCheck>[0] & { connect(): Promise<unknown>; destroy(): void; on(event: string, listener: () => void): void } }; // prettier-ignore
  const client = createClient({ url: service.url });
  client.on('error', () => {});
  await client.connect();
  t.after(() => client.destroy());
  const { details } = await passesThrough(service, startRedis, redisCheck(client));
  assert.equal(details?.['connected_clients'], 1);
});

test('a queue of BullMQ', { skip: missing('redis') }, async (t) => {
  const service = await startRedis();
  t.after(service.stop);
  const { Queue } = require('bullmq') as { Queue: new (name: string, options: object) => Parameters<typeof queueCheck>[0] & { add(name: string, data: object): Promise<unknown>; close(): Promise<void>; on(event: string, listener: () => void): void } }; // prettier-ignore
  const connection = { host: service.host, port: service.port };
  const [mails, lost] = [new Queue('mails', { connection }), new Queue('lost-mails', { connection })];
  t.after(() => Promise.all([mails.close(), lost.close()]));
  const check = queueCheck(mails, { maxWaiting: 1, deadLetters: lost });
  await mails.add('welcome', {});
  assert.deepEqual((await until(check, 'healthy')).details, { waiting: 1, active: 0, delayed: 0, failed: 0, dead_letters: 0 });
  await mails.add('welcome', {});
  await lost.add('welcome', {});
  assert.equal((await until(check, 'degraded')).error, '2 jobs wait, at most 1 may, 1 jobs are dead letters, at most 0 may');
});

for (const module of ['mysql2', 'mysql2/promise'])
  test(`MariaDB by a pool of ${module}`, { skip: missing('mariadb') }, async (t) => {
    const service = await startMariadb();
    t.after(service.stop);
    const { createPool } = require(module) as { createPool(url: string): Parameters<typeof mysqlCheck>[0] & { end(): unknown } };
    const pool = createPool(service.url);
    t.after(() => pool.end());
    const check = mysqlCheck(pool);
    assert.equal((await until(check, 'healthy')).details?.['connections'], 1);
    service.suspend();
    await until(check, 'unhealthy');
    service.resume();
    await until(check, 'healthy');
    await service.stop();
    await until(check, 'unhealthy');
  });
