import {
  DB_CLIENT_CONNECTION_POOL_NAME,
  DB_CLIENT_CONNECTION_STATE,
  DB_OPERATION_NAME,
  DB_SYSTEM_NAME,
} from '../../../names/attributes.ts';
import { DATABASE_METRICS } from '../../../names/metrics/database.ts';
import { attempt } from '../../../runtime/contain.ts';
import type { Observation } from '../observables.ts';
import { counterOf, observe, observeWeakly, readNumber, whenRead } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';
import { ownOptions } from '../own-copy.ts';
import { measure } from './measure.ts';

export interface DatabaseOptions {
  /** As the conventions name it: `postgresql`, `mysql`, `mongodb`, `redis`. */
  readonly system: string;
}

export interface PoolOptions extends DatabaseOptions {
  /** Of the pool, as code names it. */
  readonly name: string;
  /** For a pool other than those of pg, mysql2 and generic-pool. */
  readonly read?: () => PoolState;
}

export interface PoolState {
  readonly used?: number | undefined;
  readonly idle?: number | undefined;
  readonly pending?: number | undefined;
  readonly max?: number | undefined;
}

/** How each kind of pool tells; the first whose total is a number. */
const KINDS: readonly ((pool: never) => PoolState & { readonly total: unknown })[] = [
  // pg
  (pool: { totalCount: number; idleCount: number; waitingCount: number; options: { max: number } }) => ({
    total: pool.totalCount,
    used: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    pending: pool.waitingCount,
    max: pool.options.max,
  }),
  // generic-pool, and with it Sequelize and Knex
  (pool: { size: number; borrowed: number; available: number; pending: number; max: number }) => ({
    total: pool.size,
    used: pool.borrowed,
    idle: pool.available,
    pending: pool.pending,
    max: pool.max,
  }),
  // mysql2, and its promise form, which has the pool inside
  (given: MysqlPool & { pool?: MysqlPool }) => {
    const pool = given.pool ?? given;
    return {
      total: pool._allConnections.length,
      used: pool._allConnections.length - pool._freeConnections.length,
      idle: pool._freeConnections.length,
      pending: pool._connectionQueue.length,
      max: pool.config.connectionLimit,
    };
  },
];

interface MysqlPool {
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
  readonly config: { readonly connectionLimit: number };
}

/**
 * Used and idle connections, those that wait for one, and the most there may be, of a pool of pg, mysql2 or generic-pool,
 * or of any by `read`. The pool is not changed, nor kept alive.
 *
 * The instrumentation of pg counts the connections of each address by itself; sum over one of the two.
 *
 * @example watchPool(pool, { name: 'orders', system: 'postgresql' });
 */
export function watchPool(pool: object, options: PoolOptions): Observation {
  if (typeof pool !== 'object' || pool === null) return { stop() {} };
  const { name, system, read: given } = ownOptions(options);
  const common = { [DB_SYSTEM_NAME]: system, [DB_CLIENT_CONNECTION_POOL_NAME]: name };
  const read = given ?? KINDS.find((kind) => readNumber(() => kind(pool as never).total) !== undefined);
  const stateOf = (alive: object): PoolState => attempt(() => read?.(alive as never)) ?? {};
  const observations = [
    observeWeakly(DATABASE_METRICS.connections, pool, (alive, report) => {
      const state = stateOf(alive);
      report(state.used, { ...common, [DB_CLIENT_CONNECTION_STATE]: 'used' });
      report(state.idle, { ...common, [DB_CLIENT_CONNECTION_STATE]: 'idle' });
    }),
    observeWeakly(DATABASE_METRICS.maxConnections, pool, (alive, report) => report(stateOf(alive).max, common)),
    observeWeakly(DATABASE_METRICS.pendingRequests, pool, (alive, report) => report(stateOf(alive).pending, common)),
  ];
  return { stop: () => observations.forEach((observation) => observation.stop()) };
}

export interface DatabaseMetricsOptions extends DatabaseOptions {
  /** From when on an operation is slow. @default 500 */
  readonly slowMs?: number;
}

export interface DatabaseMetrics {
  /** Run `fn`, and count it when it was slow; what it returns and throws is passed on. @param operation - `SELECT`, `findUser`; never the query. */
  measure<T>(operation: string, fn: () => T): T;
  /** The same of what was measured otherwise. */
  took(operation: string, ms: number): void;
  /** Have the sessions that wait for a lock asked for at each collection. */
  observeLockWaits(pool: string, read: () => number | Promise<number>): Observation;
}

const slowOperations = counterOf(DATABASE_METRICS.slowOperations);

export function databaseMetrics(options: DatabaseMetricsOptions): DatabaseMetrics {
  const { slowMs = 500, system } = ownOptions(options);
  const took = (operation: string, ms: number): void => {
    if (ms >= slowMs) slowOperations.add(1, { [DB_SYSTEM_NAME]: system, [DB_OPERATION_NAME]: operation });
  };
  return {
    ...quiet({ took }),
    measure: (operation, fn) => measure(fn, ({ seconds }) => took(operation, seconds * 1000)),
    observeLockWaits: (pool, read) =>
      observe(DATABASE_METRICS.lockWaits, (report) =>
        whenRead(read, (sessions) => report(sessions, { [DB_SYSTEM_NAME]: system, [DB_CLIENT_CONNECTION_POOL_NAME]: pool })),
      ),
  };
}
