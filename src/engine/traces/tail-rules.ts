/** Which traces are kept when their outcome is known: policy only. What they are kept in until then is in `tail-sampler.ts`. */
import type { TailConfig } from '../../config/config.ts';
import { numberFor, type RouteNumbers } from '../../config/route-numbers.ts';
import { createSampler } from './sampler.ts';

/** Why a trace is kept, as `signalbox.sampling.reason` of its local root says it. The first that holds counts; `caller` is known as it starts. */
export type KeepReason = 'caller' | 'forced' | 'error' | 'slow' | 'ratio';

/** The part of a trace that this process recorded. */
export interface LocalTrace {
  readonly traceId: string;
  /** Some span asks for it by `sampling.priority`. */
  readonly isForced: boolean;
  /** The status of some span is an error. */
  readonly hasFailed: boolean;
  /** Of its local root. */
  readonly durationMs: number;
  /** What its local root is called: `GET /orders/:id` and `/orders/:id`, or the name of the span. */
  readonly names: readonly string[];
}

/** `undefined` where the trace is dropped. Asks the limit only of what is kept by ratio. */
export type TailRules = (trace: LocalTrace) => KeepReason | undefined;

/** Of traces that are ordinary in every way. */
const KEEP_ALL = 1;

/** @param nowMs - of a clock that does not go back. */
export function createTailRules({ ratio, slowMs, ratePerSecond }: TailConfig, nowMs: () => number): TailRules {
  const isWithinRate = createRateLimit(ratePerSecond, nowMs);
  return (trace) => {
    const { traceId, isForced, hasFailed, durationMs, names } = trace;
    if (isForced) return 'forced';
    if (hasFailed) return 'error';
    if (durationMs >= (numberFor(names, slowMs) ?? Infinity)) return 'slow';
    const isKept = createSampler('traceidratio', numberFor(names, ratio) ?? KEEP_ALL);
    return isKept(traceId, undefined) && isWithinRate() ? 'ratio' : undefined;
  };
}

/** The longest time that a trace must last to be slow, in milliseconds; 0 where no trace is. */
export function slowestThreshold({ otherwise = 0, rules }: RouteNumbers): number {
  return Math.max(otherwise, ...rules.map(({ number }) => number));
}

/** So many in a second, and as many at once after a second without any. */
function createRateLimit(perSecond: number, nowMs: () => number): () => boolean {
  const most = Math.max(1, perSecond);
  let left = most;
  let filledAt = nowMs();
  return () => {
    if (perSecond === Infinity) return true;
    const now = nowMs();
    left = Math.min(most, left + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (left < 1) return false;
    left--;
    return true;
  };
}
