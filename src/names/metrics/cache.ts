import { CACHE_EVICTION_REASON, CACHE_NAME, CACHE_OPERATION, CACHE_RESULT } from '../attributes.ts';
import type { MetricRows } from './metric-row.ts';

export const CACHE_METRICS = {
  operations: {
    name: 'cache.operations',
    type: 'counter',
    unit: '{operation}',
    description: 'Operations of a cache. The hit rate is that of `get`: hits by hits and misses.',
    attributes: {
      [CACHE_NAME]: 'label',
      [CACHE_OPERATION]: ['get', 'set', 'delete', 'clear'],
      [CACHE_RESULT]: ['hit', 'miss', 'ok', 'error'],
    },
  },
  evictions: {
    name: 'cache.evictions',
    type: 'counter',
    unit: '{entry}',
    description: 'Entries that a cache gave up by itself.',
    attributes: { [CACHE_NAME]: 'label', [CACHE_EVICTION_REASON]: ['size', 'ttl'] },
  },
  entries: {
    name: 'cache.entries',
    type: 'updowncounter',
    unit: '{entry}',
    description: 'Entries that a cache holds.',
    attributes: { [CACHE_NAME]: 'label' },
    isObserved: true,
  },
  size: {
    name: 'cache.size',
    type: 'updowncounter',
    unit: 'By',
    description: 'Memory that a cache takes, as it says itself.',
    attributes: { [CACHE_NAME]: 'label' },
    isObserved: true,
  },
} as const satisfies MetricRows;
