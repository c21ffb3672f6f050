import { monotonicMs } from '../../../runtime/clock.ts';
import { contained } from '../../../runtime/contain.ts';
import { isHeard } from '../early-measurements.ts';
import { errorType } from '../error-type.ts';
import { followResult } from '../../follow/follow-result.ts';

export interface Measured {
  readonly seconds: number;
  /** Of what failed. */
  readonly errorType: string | undefined;
  /** What was returned at last; `undefined` of what failed. */
  readonly result: unknown;
}

/** Run `fn` and record how it went when it is over. What it returns and throws is passed on as `timed` does. */
export function measure<T>(fn: () => T, onEnd: (measured: Measured) => void): T {
  if (!isHeard()) return fn();
  const startMs = monotonicMs();
  let isOver = false;
  const end = (isFailed: boolean, outcome: unknown): void => {
    if (isOver) return;
    isOver = true;
    try {
      onEnd({
        seconds: (monotonicMs() - startMs) / 1000,
        errorType: isFailed ? errorType(outcome) : undefined,
        result: isFailed ? undefined : outcome,
      });
    } catch (error) {
      contained('measuring a call', error);
    }
  };
  let result: T;
  try {
    result = fn();
  } catch (error) {
    end(true, error);
    throw error;
  }
  return followResult(result, { end }, fn);
}
