import type { CheckAnswer } from '../check.ts';
import { detailsOf, numberOr, withAbort } from './client.ts';

/** A pool or a connection of `mysql2`, with callbacks or promises, or of `mariadb`. */
export interface MysqlClient {
  query(sql: string): unknown;
}

interface Connection {
  query(sql: string): PromiseLike<unknown>;
  release?(): void;
  destroy?(): void;
}
interface Pool {
  getConnection(): Promise<Connection>;
}

/**
 * MySQL or MariaDB answers `SELECT 1`; its connections are details.
 *
 * @example health.register('mysql', mysqlCheck(pool));
 */
export function mysqlCheck(client: MysqlClient): (signal: AbortSignal) => Promise<CheckAnswer> {
  return async (signal) => {
    const { promise } = client as { promise?: () => unknown };
    const awaited = (typeof promise === 'function' ? promise.call(client) : client) as Connection & Partial<Pool>;
    if (typeof awaited.getConnection !== 'function') return ask(awaited);
    const connection = await awaited.getConnection();
    let isReleased = false;
    const release = (destroy: boolean): void => {
      if (isReleased) return;
      isReleased = true;
      if (destroy) connection.destroy?.();
      else connection.release?.();
    };
    return withAbort(
      signal,
      () => release(true),
      () => ask(connection).finally(() => release(false)),
    );
  };
}

async function ask(connection: Connection): Promise<CheckAnswer> {
  await connection.query('SELECT 1');
  const connections = await detailsOf(async () => {
    const rows: unknown = await connection.query("SHOW GLOBAL STATUS LIKE 'Threads_connected'");
    // mysql2 answers rows and fields, mariadb rows.
    const first = (rows as unknown[])[0];
    const row = (Array.isArray(first) ? (first as unknown[])[0] : first) as { Value?: unknown };
    return numberOr(row.Value);
  });
  return { details: { ...(connections !== undefined && { connections }) } };
}
