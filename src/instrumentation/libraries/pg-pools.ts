/** Connections of the pools of pg, as the pools count them. */
import type { Attributes, Meter } from '@opentelemetry/api';
import { DB_CLIENT_CONNECTION_POOL_NAME, DB_CLIENT_CONNECTION_STATE, DB_SYSTEM_NAME } from '../../names/attributes.ts';
import { DATABASE_METRICS } from '../../names/metrics/database.ts';
import { attempt } from '../../runtime/contain.ts';
import { observeTogether } from '../node-runtime/observe.ts';

export interface Pool {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly ending?: boolean;
}

interface Counts {
  used: number;
  idle: number;
  pending: number;
  max: number;
}

/** Pools are kept alive by nobody here. */
export function observePools(meter: Meter): { add(pool: Pool): void } {
  const known = new WeakSet<Pool>();
  const pools = new Set<WeakRef<Pool>>();
  const { connections, maxConnections, pendingRequests } = DATABASE_METRICS;
  observeTogether(meter, {
    instruments: {
      count: ['ObservableUpDownCounter', definitionOf(connections)],
      max: ['ObservableUpDownCounter', definitionOf(maxConnections)],
      pending: ['ObservableUpDownCounter', definitionOf(pendingRequests)],
    },
    read(observe, { count, max, pending }) {
      for (const [name, counts] of countsByName(pools)) {
        const attributes: Attributes = { [DB_CLIENT_CONNECTION_POOL_NAME]: name, [DB_SYSTEM_NAME]: 'postgresql' };
        observe(count, counts.used, { ...attributes, [DB_CLIENT_CONNECTION_STATE]: 'used' });
        observe(count, counts.idle, { ...attributes, [DB_CLIENT_CONNECTION_STATE]: 'idle' });
        observe(max, counts.max, attributes);
        observe(pending, counts.pending, attributes);
      }
    },
  });
  return {
    add(pool) {
      if (known.has(pool)) return;
      known.add(pool);
      pools.add(new WeakRef(pool));
    },
  };
}

function definitionOf({ name, description, unit }: { readonly name: string; readonly description: string; readonly unit: string }) {
  return { name, description, unit };
}

/** Those of the same server and database together. */
function countsByName(pools: Set<WeakRef<Pool>>): Map<string, Counts> {
  const byName = new Map<string, Counts>();
  for (const reference of pools) {
    const pool = reference.deref();
    if (pool === undefined || (pool.ending === true && pool.totalCount === 0)) {
      pools.delete(reference);
      continue;
    }
    const name = nameOf(pool.options ?? {});
    const counts = byName.get(name) ?? { used: 0, idle: 0, pending: 0, max: 0 };
    byName.set(name, counts);
    counts.used += pool.totalCount - pool.idleCount;
    counts.idle += pool.idleCount;
    counts.pending += pool.waitingCount;
    counts.max += Number(pool.options?.['max'] ?? 0);
  }
  return byName;
}

/** `127.0.0.1:5432/shop`, as the official instrumentation names a pool that is given its parts. */
function nameOf({ connectionString, host, port, database }: Readonly<Record<string, unknown>>): string {
  const url = typeof connectionString === 'string' ? attempt(() => new URL(connectionString)) : undefined;
  const parts = {
    host: url?.hostname || host || 'unknown_host',
    port: url?.port || port || 'unknown_port',
    database: url?.pathname.slice(1) || database || 'unknown_database',
  };
  return `${parts.host}:${parts.port}/${parts.database}`;
}
