/** Databases, their pools, and caches. */
import { CACHE_METRICS } from '../../../names/metrics/cache.ts';
import { DATABASE_INSTRUMENTATION_METRICS, DATABASE_METRICS } from '../../../names/metrics/database.ts';
import { HEALTH_METRICS } from '../../../names/metrics/health.ts';
import {
  CACHE_NAME,
  CACHE_OPERATION,
  CACHE_RESULT,
  CHECK,
  CONNECTION_STATE,
  DB_OPERATION,
  DB_SYSTEM,
  EVICTION_REASON,
  POOL,
} from '../../alerts/labels.ts';
import type { Dashboard } from '../dashboard.ts';
import { fromAlert, legend, quantiles, rateOf } from '../panels.ts';
import { label } from '../../promql.ts';

const OPERATIONS = DATABASE_INSTRUMENTATION_METRICS.operationDuration;
const NAMESPACE = label('db.namespace');

export const DATABASES: Dashboard = {
  name: 'databases',
  title: 'Databases and caches',
  description: 'What services ask of their databases, how long it takes, how full the pools are, and how well caches work.',
  rows: [
    {
      title: 'Operations',
      panels: [
        rateOf((query) => query.count(OPERATIONS), [DB_SYSTEM, DB_OPERATION], {
          title: 'Operations in a second',
          description: 'By database and kind of operation.',
        }),
        fromAlert('DatabaseErrorRate', { title: 'Part that fails', description: 'By database.' }),
        fromAlert('DatabaseLatencyHigh', { title: 'Slowest twentieth (p95)', description: 'By database.' }),
        quantiles(OPERATIONS, [DB_SYSTEM], { title: 'Duration', description: 'A dot is an operation: it opens its trace.', unit: 's' }),
        rateOf((query) => query.count(OPERATIONS), [DB_SYSTEM, NAMESPACE], {
          title: 'Operations by name of the database',
          description: 'Where one server holds several.',
        }),
        fromAlert('SlowQueries', {
          title: 'Slow operations in a second',
          description: 'Those that took longer than the application allows (`databaseMetrics()`).',
        }),
      ],
    },
    {
      title: 'Pools',
      panels: [
        {
          title: 'Connections',
          description: 'By pool and state, of all instances.',
          unit: 'short',
          isStacked: true,
          ask: (query) => [
            {
              expression: query.sum([POOL, CONNECTION_STATE], query.of(DATABASE_METRICS.connections)),
              legend: legend(POOL, CONNECTION_STATE),
            },
          ],
        },
        fromAlert('DatabasePoolNearLimit', {
          title: 'In use',
          description: 'Part of the connections that a pool may open, of the worst instance.',
        }),
        fromAlert('DatabasePoolStarved', {
          title: 'Requests that wait for a connection',
          description: 'Of the worst instance. Above 0 for long: connections leak, queries are slow, or the pool is too small.',
        }),
        {
          title: 'Connections that a pool may open',
          description: 'Of all instances together: the database must allow them.',
          unit: 'short',
          ask: (query) => [{ expression: query.sum([POOL], query.of(DATABASE_METRICS.maxConnections)), legend: legend(POOL) }],
        },
        fromAlert('DatabaseLockWaits', { title: 'Sessions that wait for a lock', description: 'As the application counts them.' }),
        {
          title: 'Health checks',
          description: 'Of all kinds: 1 is healthy, 0.5 degraded, 0 unhealthy.',
          unit: 'none',
          alerts: ['DatabaseDown', 'RedisDown'],
          ask: (query) => [{ expression: query.min([CHECK], query.of(HEALTH_METRICS.status)), legend: legend(CHECK) }],
        },
      ],
    },
    {
      title: 'Caches',
      panels: [
        rateOf((query) => query.of(CACHE_METRICS.operations), [CACHE_NAME, CACHE_OPERATION, CACHE_RESULT], {
          title: 'Operations in a second',
          description: 'By cache, operation and result.',
        }),
        fromAlert('CacheMissRateHigh', { title: 'Misses', description: 'Part of the look-ups that found nothing.' }),
        fromAlert('CacheErrors', { title: 'Part that fails', description: 'Of all operations.' }),
        rateOf((query) => query.of(CACHE_METRICS.evictions), [CACHE_NAME, EVICTION_REASON], {
          title: 'Evictions in a second',
          description: '`size`: the cache is full. `ttl`: the entry was old.',
          alerts: ['CacheEvictionsHigh'],
        }),
        {
          title: 'Entries',
          description: 'Of all instances.',
          unit: 'short',
          ask: (query) => [{ expression: query.sum([CACHE_NAME], query.of(CACHE_METRICS.entries)), legend: legend(CACHE_NAME) }],
        },
        fromAlert('CacheSizeHigh', { title: 'Size', description: 'Of the largest instance.' }),
      ],
    },
  ],
};
