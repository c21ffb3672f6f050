import { getHeapStatistics } from 'node:v8';
import type { CheckAnswer } from '../check.ts';
import { optionsOf } from '../../../values/options.ts';
import { aboveLimits } from './limits.ts';

export interface MemoryCheckOptions {
  /** Share of the limit. @default 0.85 */
  readonly degradedAbove?: number;
  /** @default 0.95 */
  readonly unhealthyAbove?: number;
}

/**
 * Memory is left: of the heap, by the limit at which V8 gives up (not by what it has reserved so far, which is nearly full at all
 * times), and of the container, by its cgroup.
 *
 * @example health.register('memory', memoryCheck(), { critical: false });
 */
export function memoryCheck(options?: MemoryCheckOptions): () => CheckAnswer {
  const { degradedAbove = 0.85, unhealthyAbove = 0.95 } = optionsOf(options);
  return () => {
    const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics();
    const rss = process.memoryUsage.rss();
    const containerLimit = constrainedMemory();
    const heap = heapUsed / heapLimit;
    const container = containerLimit === undefined ? 0 : rss / containerLimit;
    const details = {
      heap_used_bytes: heapUsed,
      heap_limit_bytes: heapLimit,
      rss_bytes: rss,
      ...(containerLimit !== undefined && { container_limit_bytes: containerLimit }),
    };
    const what = container > heap ? "of the container's memory is used" : 'of the heap is used';
    return aboveLimits({ value: Math.max(heap, container), what, degraded: degradedAbove, unhealthy: unhealthyAbove, details });
  };
}

/** `undefined` where there is no limit, or one that is larger than any machine. */
function constrainedMemory(): number | undefined {
  const bytes = process.constrainedMemory();
  return bytes > 0 && bytes < Number.MAX_SAFE_INTEGER ? bytes : undefined;
}
