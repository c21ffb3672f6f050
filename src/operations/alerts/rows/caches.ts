/** Redis and other caches. */
import { CACHE_METRICS } from '../../../names/metrics/cache.ts';
import { HEALTH_METRICS } from '../../../names/metrics/health.ts';
import { equals, matches } from '../../promql.ts';
import type { AlertRow, Setting } from '../alert-row.ts';
import { CACHE_NAME, CACHE_OPERATION, CACHE_RESULT, CHECK, EVICTION_REASON } from '../labels.ts';
import type { Query } from '../query.ts';

const CACHES = '`watchCache(cache)` or `cacheMetrics()`';
const OPERATIONS = CACHE_METRICS.operations;
const GET = equals(CACHE_OPERATION, 'get');
const minOperations: Record<string, Setting> = {
  minOperations: { value: 100, meaning: 'with fewer operations in the window it is silent' },
};

/** What checks of Redis are called. */
export const REDIS_CHECKS = matches(CHECK, '(?i)(.*[-_. ])?(redis|valkey|cache)([-_. ].*)?');

const results: readonly [string, (query: Query) => string] = [
  'Hits, misses and errors',
  (query) => query.sum([CACHE_NAME, CACHE_RESULT], query.rate(query.of(OPERATIONS, [GET]))),
];
const entries: readonly [string, (query: Query) => string] = [
  'Entries',
  (query) => query.max([CACHE_NAME], query.of(CACHE_METRICS.entries)),
];
const evictions: readonly [string, (query: Query) => string] = [
  'What is given up, and why',
  (query) => query.sum([CACHE_NAME, EVICTION_REASON], query.rate(query.of(CACHE_METRICS.evictions))),
];

export const CACHE_ALERTS: readonly AlertRow[] = [
  {
    name: 'RedisDown',
    needs: 'a health check whose name says `redis`, `valkey` or `cache`, or redis_exporter',
    scope: 'service',
    unit: 'number',
    fires: 'below',
    thresholds: { critical: 0.5 },
    for: 60,
    // Longer than what it explains goes on: the window of that, and how long that is kept.
    keepFiringFor: 600,
    labels: [CHECK],
    measure: (query) =>
      `${query.min([CHECK], query.of(HEALTH_METRICS.status, [REDIS_CHECKS]))}\nor\n${query.min([], query.of('redis_up'))}`,
    summary: '{service} cannot reach Redis',
    description: '{service} finds Redis away: it is down, refuses, or does not answer in time (check: {signalbox_health_check_name}).',
    dashboard: 'databases',
    traces: 'failed',
    runbook: {
      means: 'Redis does not answer. Caches are empty (databases get the load), sessions are gone, queues stand still.',
      look: [
        ['Whether all services lose it', (query) => query.min([CHECK], query.of(HEALTH_METRICS.status))],
        results,
        ['Clients', () => 'redis_connected_clients'],
      ],
      mitigate: [
        '`redis-cli -h HOST ping`. `LOADING`: it reads its data, wait. `MISCONF`: its disk is full. `OOM`: see [RedisMemoryHigh](RedisMemoryHigh.md).',
        'Watch the database: it has the whole load now.',
      ],
    },
  },
  {
    name: 'RedisMemoryHigh',
    needs: 'redis_exporter, and `maxmemory`',
    scope: 'server',
    unit: 'ratio',
    thresholds: { critical: 0.95, warning: 0.8 },
    for: 600,
    keepFiringFor: 300,
    labels: ['job', 'instance'],
    measure: () => 'max by (job, instance) (redis_memory_used_bytes / (redis_memory_max_bytes > 0))',
    summary: 'Redis {instance} uses {value} of its memory',
    description:
      'Redis at {instance} uses {value} of `maxmemory`; the limit is {threshold}. At 100% it evicts, or refuses writes with OOM.',
    dashboard: 'databases',
    runbook: {
      means:
        'Redis is nearly full. What happens then follows from `maxmemory-policy`: it evicts keys, or (`noeviction`, which BullMQ needs) refuses every write.',
      look: [
        ['Whether it evicts already', (query) => `sum by (job, instance) (${query.rate('redis_evicted_keys_total')})`],
        ['How full', () => 'redis_memory_used_bytes'],
        entries,
      ],
      mitigate: [
        '`redis-cli --bigkeys` tells what takes it.',
        'Keys without a time to live: give them one. Finished jobs: `removeOnComplete`.',
        'Raise `maxmemory`.',
      ],
    },
  },
  {
    name: 'CacheSizeHigh',
    needs: `${CACHES} with a size`,
    scope: 'service',
    unit: 'bytes',
    thresholds: { warning: 1_073_741_824 },
    for: 900,
    keepFiringFor: 300,
    labels: [CACHE_NAME],
    measure: (query) => query.max([CACHE_NAME], query.of(CACHE_METRICS.size)),
    summary: '{service}: the cache {cache_name} takes {value}',
    description: 'The cache {cache_name} of {service} takes {value}; the limit is {threshold}.',
    dashboard: 'databases',
    runbook: {
      means: 'A cache has grown larger than it should. In the process it takes the heap, in Redis the memory of all.',
      look: [entries, evictions, results],
      mitigate: ['Give it a limit, and entries a time to live.', 'Few hits: what is kept is of no use, keep less.'],
    },
  },
  {
    name: 'CacheMissRateHigh',
    needs: CACHES,
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.5 },
    for: 600,
    keepFiringFor: 600,
    settings: minOperations,
    labels: [CACHE_NAME],
    measure: (query) =>
      query.share(
        [CACHE_NAME],
        query.of(OPERATIONS, [GET, equals(CACHE_RESULT, 'miss')]),
        query.of(OPERATIONS, [GET, matches(CACHE_RESULT, 'hit|miss')]),
      ),
    guard: (query) => `${query.sum([CACHE_NAME], query.increase(query.of(OPERATIONS, [GET])))} >= ${query.setting('minOperations')}`,
    summary: '{service}: the cache {cache_name} misses {value}',
    description:
      'The cache {cache_name} of {service} had no answer for {value} of what it was asked in the last {window}; the limit is {threshold}. What is behind it has that load.',
    dashboard: 'databases',
    runbook: {
      means:
        'The cache answers less than it should: it was emptied (a restart, a release with other keys), is too small, or its entries live too short.',
      look: [results, evictions, entries],
      mitigate: [
        'Just restarted: wait until it is warm, and watch the database.',
        'Evicts by `size`: make it larger.',
        'A release: did the keys change?',
      ],
    },
  },
  {
    name: 'CacheEvictionsHigh',
    needs: CACHES,
    scope: 'service',
    unit: 'per-second',
    thresholds: { warning: 10 },
    for: 600,
    keepFiringFor: 600,
    labels: [CACHE_NAME],
    measure: (query) => query.sum([CACHE_NAME], query.rate(query.of(CACHE_METRICS.evictions, [equals(EVICTION_REASON, 'size')]))),
    summary: '{service}: the cache {cache_name} gives up {value} entries a second',
    description: 'The cache {cache_name} of {service} gives up {value} entries a second because it is full; the limit is {threshold}.',
    dashboard: 'databases',
    runbook: {
      means: 'The cache is too small for what is put into it: entries are pushed out before they are asked for again.',
      look: [evictions, results, entries],
      mitigate: ['Make it larger.', 'Do not keep what is asked for once (scans, exports).'],
    },
  },
  {
    name: 'CacheErrors',
    needs: CACHES,
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.05 },
    for: 300,
    keepFiringFor: 300,
    settings: minOperations,
    labels: [CACHE_NAME],
    measure: (query) => query.share([CACHE_NAME], query.of(OPERATIONS, [equals(CACHE_RESULT, 'error')]), query.of(OPERATIONS)),
    guard: (query) => `${query.sum([CACHE_NAME], query.increase(query.of(OPERATIONS)))} >= ${query.setting('minOperations')}`,
    summary: '{service}: {value} of the operations of the cache {cache_name} fail',
    description: '{value} of the operations of {service} on the cache {cache_name} failed in the last {window}; the limit is {threshold}.',
    dashboard: 'databases',
    traces: 'failed',
    runbook: {
      means: 'The cache answers with errors. Mostly Redis is away or refuses writes; the service may go on without it, slower.',
      look: [
        results,
        ['Which operations', (query) => query.sum([CACHE_NAME, CACHE_OPERATION, CACHE_RESULT], query.rate(query.of(OPERATIONS)))],
        entries,
      ],
      mitigate: [
        'See [RedisDown](RedisDown.md) and [RedisMemoryHigh](RedisMemoryHigh.md).',
        'Only `set` fails: it is full, or read only (a replica).',
      ],
    },
  },
];
