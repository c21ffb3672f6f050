import { CACHE_EVICTION_REASON, CACHE_NAME, CACHE_OPERATION, CACHE_RESULT } from '../../../names/attributes.ts';
import { CACHE_METRICS } from '../../../names/metrics/cache.ts';
import { attempt } from '../../../runtime/contain.ts';
import { isHeard } from '../early-measurements.ts';
import { followResult } from '../../follow/follow-result.ts';
import type { BoundCounter } from '../instruments.ts';
import { counterOf, observeWeakly, readNumber } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';
import { ownOptions } from '../own-copy.ts';

type Operation = 'get' | 'set' | 'delete' | 'clear';
type Result = 'hit' | 'miss' | 'ok' | 'error';

export interface CacheOptions {
  /** Of the cache, as code names it. */
  readonly name: string;
}

export interface CacheMetrics {
  hit(): void;
  miss(): void;
  /** An operation other than `get`, or one that failed. */
  operation(operation: Operation, result: Result): void;
  /** @param reason - `size` when there was no room, `ttl` when it was too old. */
  evicted(reason: 'size' | 'ttl', entries?: number): void;
}

const { [CACHE_OPERATION]: OPERATION_NAMES, [CACHE_RESULT]: RESULTS } = CACHE_METRICS.operations.attributes;
const MAX_RESULTS = RESULTS.length;
const operations = counterOf(CACHE_METRICS.operations);
const evictions = counterOf(CACHE_METRICS.evictions);

/** To be called where a cache is used; see `watchCache` for one that has `get` and `set`. */
export function cacheMetrics(options: CacheOptions): CacheMetrics {
  const { name } = ownOptions(options);
  const bound = new Map<Operation, Map<Result, BoundCounter>>(OPERATION_NAMES.map((operation) => [operation, new Map()]));
  const operation = (operation: Operation, result: Result): void => {
    const known = bound.get(operation);
    const series = known?.get(result) ?? operations.bind({ [CACHE_NAME]: name, [CACHE_OPERATION]: operation, [CACHE_RESULT]: result });
    if (known !== undefined && known.size < MAX_RESULTS) known.set(result, series);
    series.add(1);
  };
  return quiet({
    hit: () => operation('get', 'hit'),
    miss: () => operation('get', 'miss'),
    operation,
    evicted: (reason, entries = 1) => evictions.add(entries, { [CACHE_NAME]: name, [CACHE_EVICTION_REASON]: reason }),
  });
}

export interface WatchCacheOptions extends CacheOptions {
  /** Whether what `get` gave was there. Default: neither `undefined` nor `null`. */
  readonly isHit?: (value: unknown) => boolean;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  get: 'get',
  set: 'set',
  delete: 'delete',
  del: 'delete',
  clear: 'clear',
  reset: 'clear',
};

/**
 * The same cache, counted where it is used through what is returned: a `Map`, lru-cache, keyv, a client of Redis: whatever
 * has `get` and `set`, synchronous or not. The cache itself is not changed. A `size`, and the `calculatedSize` in bytes of
 * lru-cache, are observed.
 *
 * @example const prices = watchCache(new LRUCache({ max: 500 }), { name: 'prices' });
 */
export function watchCache<Cache extends object>(cache: Cache, options: WatchCacheOptions): Cache {
  if (typeof cache !== 'object' || cache === null) return cache;
  const { isHit = isThere, name } = ownOptions(options);
  const metrics = cacheMetrics(options);
  observeSizes(cache, name);
  const count = (operation: Operation, method: unknown, run: () => unknown): unknown =>
    countCall(metrics, operation, (value) => attempt(() => isHit(value), true), run, method);
  const methods = new Map<PropertyKey, { readonly of: unknown; readonly watched: unknown }>();
  const watchMethod = (key: PropertyKey, method: (...args: unknown[]) => unknown): unknown => {
    const operation = typeof key === 'string' && Object.hasOwn(OPERATIONS, key) ? OPERATIONS[key] : undefined;
    // A Map, and whatever has private fields, must be `this` itself.
    const call = (self: unknown, args: unknown[]): unknown => Reflect.apply(method, self === watched ? cache : self, args);
    return new Proxy(method, {
      apply(_method, self, args: unknown[]) {
        const result = operation === undefined ? call(self, args) : count(operation, method, () => call(self, args));
        return result === cache ? watched : result;
      },
    });
  };
  const watched: Cache = new Proxy(cache, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || key === 'constructor' || isFixed(target, key)) return value;
      let known = methods.get(key);
      if (known?.of !== value) {
        known = { of: value, watched: watchMethod(key, value as (...args: unknown[]) => unknown) };
        methods.set(key, known);
      }
      return known.watched;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
  return watched;
}

function countCall(
  metrics: CacheMetrics,
  operation: Operation,
  isHit: (value: unknown) => boolean,
  call: () => unknown,
  method: unknown,
): unknown {
  if (!isHeard()) return call();
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    metrics.operation(operation, 'error');
    throw error;
  }
  return followResult(
    result,
    {
      end(isFailed, value) {
        if (isFailed) metrics.operation(operation, 'error');
        else if (operation !== 'get') metrics.operation(operation, 'ok');
        else metrics.operation('get', isHit(value) ? 'hit' : 'miss');
      },
    },
    method,
  );
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** A proxy must give what cannot be changed as it is. */
function isFixed(target: object, key: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, key);
  return own !== undefined && own.configurable === false && own.writable === false;
}

function observeSizes(cache: object, name: string | undefined): void {
  for (const [row, key] of [
    [CACHE_METRICS.entries, 'size'],
    [CACHE_METRICS.size, 'calculatedSize'],
  ] as const) {
    const read = (from: object): number | undefined => readNumber(() => Reflect.get(from, key) as unknown);
    if (read(cache) !== undefined) observeWeakly(row, cache, (alive, report) => report(read(alive), { [CACHE_NAME]: name }));
  }
}
