/** Databases, as the services that use them see them, and by their own exporters. */
import { DATABASE_INSTRUMENTATION_METRICS, DATABASE_METRICS } from '../../../names/metrics/database.ts';
import { HEALTH_METRICS } from '../../../names/metrics/health.ts';
import { differs, equals, matches } from '../../promql.ts';
import type { AlertRow, Setting } from '../alert-row.ts';
import { CHECK, CONNECTION_STATE, DB_OPERATION, DB_SYSTEM, ERROR_TYPE, POOL } from '../labels.ts';
import type { Query } from '../query.ts';

const OPERATIONS = DATABASE_INSTRUMENTATION_METRICS.operationDuration;
const FAILED = differs(ERROR_TYPE, '');
const NEEDS = 'the instrumentation of the database';
const POOLS = '`watchPool(pool)` or `databaseMetrics()`';
const POOL_LABELS = [DB_SYSTEM, POOL];
const minOperations: Record<string, Setting> = {
  minOperations: { value: 50, meaning: 'with fewer operations in the window it is silent' },
};
const enough = (query: Query): string =>
  `${query.sum([DB_SYSTEM], query.increase(query.count(OPERATIONS)))} >= ${query.setting('minOperations')}`;

/** What checks of databases are called: the word, alone or with something before or after it. */
export const DATABASE_CHECKS = matches(CHECK, '(?i)(.*[-_. ])?(postgres(ql)?|pg|mysql|mariadb|mongo(db)?|database|db|sql)([-_. ].*)?');

const errors: readonly [string, (query: Query) => string] = [
  'Which errors',
  (query) => query.sum([DB_SYSTEM, DB_OPERATION, ERROR_TYPE], query.rate(query.count(OPERATIONS, FAILED))),
];
const used: readonly [string, (query: Query) => string] = [
  'Connections in use',
  (query) => query.sum(POOL_LABELS, query.of(DATABASE_METRICS.connections, [equals(CONNECTION_STATE, 'used')])),
];
const slow: readonly [string, (query: Query) => string] = [
  'How long operations take',
  (query) => query.quantile(0.95, [DB_SYSTEM, DB_OPERATION], OPERATIONS),
];

export const DATABASE_ALERTS: readonly AlertRow[] = [
  {
    name: 'DatabaseDown',
    needs: 'a health check whose name says `postgres`, `mysql`, `mongodb`, `database` or `db`, or postgres_exporter or mysqld_exporter',
    scope: 'service',
    unit: 'number',
    fires: 'below',
    thresholds: { critical: 0.5 },
    for: 60,
    // Longer than what it explains goes on: the window of that, and how long that is kept.
    keepFiringFor: 600,
    labels: [CHECK],
    measure: (query) =>
      `${query.min([CHECK], query.of(HEALTH_METRICS.status, [DATABASE_CHECKS]))}\nor\n${query.min([], `${query.of('pg_up')} or ${query.of('mysql_up')}`)}`,
    summary: '{service} cannot reach its database',
    description:
      '{service} finds its database away: it is down, refuses, or does not answer in time (check: {signalbox_health_check_name}).',
    dashboard: 'databases',
    traces: 'failed',
    runbook: {
      means:
        'The database does not answer: it is down, refuses connections (too many, a password), or the network between is broken. Everything that needs it fails.',
      look: [
        [
          'Whether all services lose it (the database) or one (its network, its password)',
          (query) => query.min([CHECK], query.of(HEALTH_METRICS.status)),
        ],
        errors,
        used,
      ],
      mitigate: [
        'Is it up? `pg_isready -h HOST`, `mysqladmin ping -h HOST`.',
        '`too many clients`: end what holds connections (`pg_stat_activity`), lower the pools.',
        'It restarts and recovers: wait, the services connect again by themselves.',
      ],
    },
  },
  {
    name: 'DatabaseErrorRate',
    needs: NEEDS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.2, warning: 0.02 },
    for: { critical: 120, warning: 300 },
    keepFiringFor: 300,
    settings: minOperations,
    labels: [DB_SYSTEM],
    measure: (query) => query.share([DB_SYSTEM], query.count(OPERATIONS, FAILED), query.count(OPERATIONS)),
    guard: enough,
    summary: '{service}: {value} of the operations of {db_system_name} fail',
    description: '{value} of the operations of {service} on {db_system_name} failed in the last {window}; the limit is {threshold}.',
    dashboard: 'databases',
    traces: 'failed',
    runbook: {
      means: 'Queries fail: a release whose statements do not fit the schema, locks and deadlocks, a full disk, or no connection.',
      look: [errors, used, ['Sessions that wait for a lock', (query) => query.max(POOL_LABELS, query.of(DATABASE_METRICS.lockWaits))]],
      mitigate: [
        'The error type tells: `42P01` and the like are the schema (roll back, or migrate), `40P01` deadlocks, `53300` too many connections, `53100` a full disk.',
        'Open a failed trace: the span of the query has its text.',
      ],
    },
  },
  {
    name: 'DatabaseLatencyHigh',
    needs: NEEDS,
    scope: 'service',
    unit: 'seconds',
    thresholds: { warning: 1 },
    for: 300,
    keepFiringFor: 300,
    settings: minOperations,
    labels: [DB_SYSTEM],
    measure: (query) => query.quantile(0.95, [DB_SYSTEM], OPERATIONS),
    guard: enough,
    summary: '{service}: one of 20 operations of {db_system_name} takes longer than {value}',
    description: 'The 95th percentile of the operations of {service} on {db_system_name} is {value}; the limit is {threshold}.',
    dashboard: 'databases',
    traces: 'slow',
    runbook: {
      means: 'Queries are slow: a missing index, a plan that changed, locks, a backup, or a database at its limit.',
      look: [slow, ['Sessions that wait for a lock', (query) => query.max(POOL_LABELS, query.of(DATABASE_METRICS.lockWaits))], used],
      mitigate: [
        "PostgreSQL: `SELECT pid, state, wait_event, query FROM pg_stat_activity WHERE state <> 'idle'`; end what blocks with `pg_terminate_backend(pid)`.",
        'Open a slow trace, take the text of its query, `EXPLAIN (ANALYZE, BUFFERS)` it.',
        'After a bulk load: `ANALYZE`.',
      ],
    },
  },
  {
    name: 'SlowQueries',
    needs: '`databaseMetrics()`',
    scope: 'service',
    unit: 'per-second',
    thresholds: { warning: 0.1 },
    for: 600,
    keepFiringFor: 600,
    labels: [DB_SYSTEM],
    measure: (query) => query.sum([DB_SYSTEM], query.rate(query.of(DATABASE_METRICS.slowOperations))),
    summary: '{service}: {value} slow queries a second on {db_system_name}',
    description:
      '{service} has {value} queries a second on {db_system_name} that take longer than the application allows; the limit is {threshold}.',
    dashboard: 'databases',
    traces: 'slow',
    runbook: {
      means: 'Single queries take longer than the application allows them, while most may be fast.',
      look: [
        ['Which operations', (query) => query.sum([DB_SYSTEM, DB_OPERATION], query.rate(query.of(DATABASE_METRICS.slowOperations)))],
        slow,
        used,
      ],
      mitigate: ['Open a slow trace and `EXPLAIN` its query.', 'Move reports to a replica, or to the night.'],
    },
  },
  {
    name: 'DatabasePoolStarved',
    needs: POOLS,
    scope: 'service',
    unit: 'number',
    thresholds: { critical: 20, warning: 0 },
    for: { critical: 120, warning: 300 },
    keepFiringFor: 300,
    labels: POOL_LABELS,
    measure: (query) => query.max(POOL_LABELS, query.of(DATABASE_METRICS.pendingRequests)),
    summary: '{service}: {value} requests wait for a connection of {db_client_connection_pool_name}',
    description:
      'All connections of the pool {db_client_connection_pool_name} ({db_system_name}) of {service} are in use, and {value} requests wait for one, for minutes already; the limit is {threshold}.',
    dashboard: 'databases',
    traces: 'slow',
    runbook: {
      means:
        'Every connection of a pool is in use and requests wait. Mostly connections that are not given back (a transaction without `finally`), slow queries, or a pool that is too small.',
      look: [used, ['How many there may be', (query) => query.max(POOL_LABELS, query.of(DATABASE_METRICS.maxConnections))], slow],
      mitigate: [
        'Used equals the maximum and queries are fast: connections leak. Restart, then look for a `connect()` without `release()`.',
        'Queries are slow: mend those first, a larger pool makes it worse.',
        'Otherwise a larger pool, as far as the database allows (all instances together).',
      ],
    },
  },
  {
    name: 'DatabasePoolNearLimit',
    needs: POOLS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.9 },
    for: 600,
    keepFiringFor: 300,
    labels: POOL_LABELS,
    measure: (query) =>
      `max by (job, service_name, deployment_environment_name, ${POOL_LABELS.join(', ')}) (\n  ${query.sum(['instance', ...POOL_LABELS], query.of(DATABASE_METRICS.connections, [equals(CONNECTION_STATE, 'used')]))}\n  /\n  ${query.sum(['instance', ...POOL_LABELS], query.of(DATABASE_METRICS.maxConnections))}\n)`,
    summary: '{service}: {value} of the connections of {db_client_connection_pool_name} are in use',
    description:
      'The pool {db_client_connection_pool_name} ({db_system_name}) of {service} has {value} of its connections in use; the limit is {threshold}. Then requests begin to wait.',
    dashboard: 'databases',
    runbook: {
      means: 'A pool has hardly a connection left. Nobody waits yet.',
      look: [used, slow, ['Whether somebody waits already', (query) => query.max(POOL_LABELS, query.of(DATABASE_METRICS.pendingRequests))]],
      mitigate: ['As for [DatabasePoolStarved](DatabasePoolStarved.md), without haste.'],
    },
  },
  {
    name: 'DatabaseLockWaits',
    needs: '`databaseMetrics()` with lock waits',
    scope: 'service',
    unit: 'number',
    thresholds: { warning: 5 },
    for: 300,
    keepFiringFor: 300,
    labels: POOL_LABELS,
    measure: (query) => query.max(POOL_LABELS, query.of(DATABASE_METRICS.lockWaits)),
    summary: '{service}: {value} sessions wait for a lock',
    description: '{value} sessions of {db_system_name} wait for a lock, as {service} counts them; the limit is {threshold}.',
    dashboard: 'databases',
    traces: 'slow',
    runbook: {
      means: 'Somebody holds a lock and others wait: a long transaction, a migration, or a session that was left open.',
      look: [slow, used, errors],
      mitigate: [
        'PostgreSQL: `SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0`.',
        'End the one at the head: `pg_terminate_backend(pid)`.',
        'Set `idle_in_transaction_session_timeout`, and `lock_timeout` for migrations.',
      ],
    },
  },
];
