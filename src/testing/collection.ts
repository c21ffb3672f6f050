/** What was recorded for one test, and which test a record belongs to. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { TestLog, TestSpan } from './records.ts';
import { createTestMetrics, type TestMetrics } from './test-metrics.ts';

export class Collection {
  readonly spans: TestSpan[] = [];
  readonly logs: TestLog[] = [];
  readonly metrics: TestMetrics = createTestMetrics();
  /** Spans that have not ended, by what they are. */
  readonly open = new Map<object, string>();
  /** Of the spans that began in it. */
  readonly traceIds = new Set<string>();
  /** Whether something was recorded in its own asynchronous context. */
  isReached = false;
}

/** The collection whose test runs now. */
export const running = new AsyncLocalStorage<Collection>();
/** Of tests that have not ended, in the order in which they began. */
const opened = new Set<Collection>();
const byTrace = new Map<string, Collection>();

export function open(collection: Collection): void {
  opened.add(collection);
}

export function close(collection: Collection): void {
  opened.delete(collection);
  for (const traceId of collection.traceIds) if (byTrace.get(traceId) === collection) byTrace.delete(traceId);
}

/**
 * Whose a record is: that of the test in whose asynchronous context it is made; of the test in which its trace began (a server that
 * all tests share answers them in a context of its own); of the only test that runs. A test that is set up in a hook has no context
 * of its own: where several are open, what nobody claims is that of the last one of those.
 */
export function collectionOf(traceId: string | undefined): Collection | undefined {
  const own = running.getStore();
  if (own !== undefined && opened.has(own)) {
    own.isReached = true;
    return own;
  }
  const traced = traceId === undefined ? undefined : byTrace.get(traceId);
  if (traced !== undefined) return traced;
  if (opened.size === 1) return [...opened][0];
  return [...opened].findLast(({ isReached }) => !isReached);
}

/** What follows in the trace belongs to `collection` as well. */
export function keepTrace(traceId: string, collection: Collection): void {
  if (byTrace.has(traceId)) return;
  byTrace.set(traceId, collection);
  collection.traceIds.add(traceId);
}
