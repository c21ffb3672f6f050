import type { CheckAnswer } from '../check.ts';
import { detailsOf, numberOr } from './client.ts';

interface Database {
  command(command: Readonly<Record<string, unknown>>): Promise<unknown>;
}
/** A `MongoClient` or a `Db` of `mongodb`, or `mongoose.connection`. */
export type MongodbClient = Database | { db(): Database } | { readonly db?: Database | undefined };

/**
 * MongoDB answers `ping`; its connections are details, where they may be read.
 *
 * @example health.register('mongodb', mongodbCheck(client));
 */
export function mongodbCheck(client: MongodbClient): () => Promise<CheckAnswer> {
  return async () => {
    const database = databaseOf(client);
    if (database === undefined) return { status: 'unhealthy', error: 'not connected' };
    await database.command({ ping: 1 });
    const connections = await detailsOf(async () => {
      const { connections: counts } = (await database.command({ serverStatus: 1 })) as { connections?: Record<string, unknown> };
      return { connections: numberOr(counts?.['current']), available_connections: numberOr(counts?.['available']) };
    });
    return { details: { ...connections } };
  };
}

function databaseOf(client: MongodbClient): Database | undefined {
  if ('command' in client) return client;
  return typeof client.db === 'function' ? client.db() : client.db;
}
