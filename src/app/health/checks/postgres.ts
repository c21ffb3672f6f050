import type { CheckAnswer } from '../check.ts';
import { detailsOf, numberOr, withAbort } from './client.ts';

/** Of `pg` a pool or a client; of other drivers what has such a `query`, or the `unsafe` of `postgres`. */
export interface PostgresClient {
  query?(sql: string): Promise<unknown>;
  unsafe?(sql: string): PromiseLike<unknown>;
}

interface Pool {
  connect(): Promise<{ query(sql: string): Promise<unknown>; release(destroy?: boolean): void }>;
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

const CONNECTIONS = `SELECT count(*)::int AS connections, count(*) FILTER (WHERE state = 'active')::int AS active_connections,
  current_setting('max_connections')::int AS max_connections FROM pg_stat_activity`;

/**
 * PostgreSQL answers `SELECT 1`; its connections are details, where they may be read.
 *
 * Of a pool one connection is used, and thrown away when it does not answer in time: a server that hangs does not empty the pool.
 *
 * @example health.register('postgres', postgresCheck(pool));
 */
export function postgresCheck(client: PostgresClient): (signal: AbortSignal) => Promise<CheckAnswer> {
  return async (signal) => {
    const pool = poolOf(client);
    if (pool === undefined) {
      const query = queryOf(client);
      await query('SELECT 1');
      return { details: { ...(await connectionsOf(query)) } };
    }
    const connection = await pool.connect();
    let isReleased = false;
    const release = (destroy: boolean): void => {
      if (isReleased) return;
      isReleased = true;
      connection.release(destroy);
    };
    return withAbort(
      signal,
      () => release(true),
      async () => {
        try {
          await connection.query('SELECT 1');
          const server = await connectionsOf((sql) => connection.query(sql));
          const { totalCount, idleCount, waitingCount } = pool;
          return { details: { ...server, pool_size: totalCount, pool_idle: idleCount, pool_waiting: waitingCount } };
        } finally {
          release(false);
        }
      },
    );
  };
}

function poolOf(client: PostgresClient): Pool | undefined {
  const pool = client as unknown as Pool;
  return typeof pool.totalCount === 'number' && typeof pool.connect === 'function' ? pool : undefined;
}

function queryOf(client: PostgresClient): (sql: string) => PromiseLike<unknown> {
  if (typeof client.unsafe === 'function') return (sql) => (client.unsafe as NonNullable<PostgresClient['unsafe']>)(sql);
  return (sql) => (client.query as NonNullable<PostgresClient['query']>).call(client, sql);
}

/** A role may not see them, and relatives of PostgreSQL have none. */
function connectionsOf(query: (sql: string) => PromiseLike<unknown>): Promise<Readonly<Record<string, unknown>> | undefined> {
  return detailsOf(async () => {
    const result = (await query(CONNECTIONS)) as { rows?: Record<string, unknown>[] } | Record<string, unknown>[];
    const row = (Array.isArray(result) ? result[0] : result.rows?.[0]) ?? {};
    return {
      connections: numberOr(row['connections']),
      active_connections: numberOr(row['active_connections']),
      max_connections: numberOr(row['max_connections']),
    };
  });
}
