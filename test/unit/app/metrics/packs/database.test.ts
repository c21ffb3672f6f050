import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import mysql from 'mysql2';
import mysqlPromise from 'mysql2/promise';
import pg from 'pg';
import { databaseMetrics, watchPool } from '../../../../../src/app/metrics/index.ts';
import { startCollecting } from '../collected.ts';

const collected = startCollecting();
const valueOf = async (metric: string, pool: string, state?: string): Promise<number | undefined> =>
  (await collected.points(metric)).find(
    ({ attributes }) =>
      attributes['db.client.connection.pool.name'] === pool && (state === undefined || attributes['db.client.connection.state'] === state),
  )?.value;

describe('a watched pool', () => {
  const pools = {
    pg: new pg.Pool({ max: 7 }),
    mysql: mysql.createPool({ connectionLimit: 7 }),
    promises: mysqlPromise.createPool({ connectionLimit: 7 }),
    generic: { size: 3, borrowed: 2, available: 1, pending: 4, max: 7 },
  };
  for (const [name, pool] of Object.entries(pools)) {
    it(`of ${name} tells what it may hold, holds, and who waits`, async () => {
      const watch = watchPool(pool, { name, system: 'sql' });
      assert.equal(await valueOf('db.client.connection.max', name), 7);
      const [used, idle, pending] = name === 'generic' ? [2, 1, 4] : [0, 0, 0];
      assert.equal(await valueOf('db.client.connection.count', name, 'used'), used);
      assert.equal(await valueOf('db.client.connection.count', name, 'idle'), idle);
      assert.equal(await valueOf('db.client.connection.pending_requests', name), pending);
      watch.stop();
    });
  }

  it('of another kind tells what `read` says', async () => {
    const watch = watchPool({}, { name: 'own', system: 'sql', read: () => ({ used: 5 }) });
    assert.equal(await valueOf('db.client.connection.count', 'own', 'used'), 5);
    assert.equal(await valueOf('db.client.connection.count', 'own', 'idle'), undefined);
    watch.stop();
  });
});

describe('operations of a database', () => {
  it('are counted when they are slow, also when they fail', async () => {
    const fast = databaseMetrics({ system: 'fast' });
    const slow = databaseMetrics({ system: 'slow', slowMs: 0 });
    assert.equal(
      fast.measure('SELECT', () => 1),
      1,
    );
    await assert.rejects(
      slow.measure('SELECT', async () => {
        throw new Error('lost');
      }),
    );
    slow.took('SELECT name FROM users WHERE id = 123456789', 900);
    assert.deepEqual(
      (await collected.points('db.client.slow_operations')).map(({ attributes, value }) => [...Object.values(attributes), value]),
      [
        ['slow', 'SELECT', 1],
        ['slow', '_OTHER', 1],
      ],
    );
  });
});
