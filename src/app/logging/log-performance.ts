import { RANK_INFO, RANK_WARN } from '../../names/log-levels.ts';
import { contained } from '../../runtime/contain.ts';
import { levelFor } from './levels.ts';
import { logging } from './logging.ts';
import { makeRecord } from './make-record.ts';

const LOGGER = 'performance';

/**
 * Log how long an operation took, as logger `performance`: fields `operation`, `duration_seconds` and `duration_ms`, and `extra`.
 * At `warn` from `LOG_SLOW_SECONDS` (1 s) on, otherwise at `info`. Never throws.
 *
 * @param operation - what was done: `load cart`.
 * @param seconds - how long it took. What is no number of 0 or more is logged as `null`.
 * @param extra - further fields.
 */
export function logPerformance(operation: string, seconds: number, extra: Readonly<Record<string, unknown>> = {}): void {
  try {
    const destinations = logging();
    const isKnown = typeof seconds === 'number' && seconds >= 0 && seconds < Infinity;
    const rank = isKnown && seconds >= destinations.config.slowSeconds ? RANK_WARN : RANK_INFO;
    if (rank > levelFor(LOGGER)) return;
    const duration_ms = isKnown ? Math.round(seconds * 1e6) / 1000 : null;
    const facts = { operation, duration_seconds: isKnown ? seconds : null, duration_ms };
    const message = `${String(operation)} took ${isKnown ? `${duration_ms} ms` : 'an unknown time'}`;
    destinations.write(makeRecord({ logger: LOGGER, rank, bindings: [] }, [{ message }, extra, facts], destinations.maxTextLength));
  } catch (error) {
    contained('logging how long something took', error);
  }
}
