import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { CheckAnswer } from '../check.ts';
import { optionsOf } from '../../../values/options.ts';
import { aboveLimits } from './limits.ts';

export interface EventLoopCheckOptions {
  /** In milliseconds. @default 200 */
  readonly degradedAboveMs?: number;
  /** @default 1000 */
  readonly unhealthyAboveMs?: number;
}

const RESOLUTION_MS = 20;

/**
 * The event loop is not held up: the 99th percentile of its delay since the last check.
 *
 * @example health.register('event-loop', eventLoopCheck(), { critical: false });
 */
export function eventLoopCheck(options?: EventLoopCheckOptions): () => CheckAnswer {
  const { degradedAboveMs = 200, unhealthyAboveMs = 1000 } = optionsOf(options);
  const delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return () => {
    const ms = (nanos: number): number => Math.max(0, Math.round(nanos / 1e4) / 100 - RESOLUTION_MS);
    // Nothing was measured yet: the time of the first sample has not come.
    const p99 = delays.count === 0 ? 0 : ms(delays.percentile(99));
    const details = { p99_ms: p99, max_ms: delays.count === 0 ? 0 : ms(delays.max) };
    delays.reset();
    const show = (value: number): string => `${value} ms`;
    return aboveLimits({
      value: p99,
      what: 'is the delay of the event loop',
      degraded: degradedAboveMs,
      unhealthy: unhealthyAboveMs,
      details,
      show,
    });
  };
}
