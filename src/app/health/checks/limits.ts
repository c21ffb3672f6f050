import type { CheckAnswer, HealthStatus } from '../check.ts';

interface Limited {
  readonly value: number;
  /** Behind the figure: "of the disk is free". */
  readonly what: string;
  readonly degraded: number;
  readonly unhealthy: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** Default: as a share, in percent. */
  readonly show?: (value: number) => string;
}

const percent = (value: number): string => `${Math.round(value * 1000) / 10} %`;

/** Less than a limit is bad. */
export function belowLimits(limited: Limited): CheckAnswer {
  const { value, degraded, unhealthy } = limited;
  return answer(limited, 'must be at least', value < unhealthy ? 'unhealthy' : value < degraded ? 'degraded' : 'healthy');
}

/** More than a limit is bad. */
export function aboveLimits(limited: Limited): CheckAnswer {
  const { value, degraded, unhealthy } = limited;
  return answer(limited, 'must be at most', value > unhealthy ? 'unhealthy' : value > degraded ? 'degraded' : 'healthy');
}

function answer({ value, what, degraded, details, show = percent }: Limited, must: string, status: HealthStatus): CheckAnswer {
  return status === 'healthy' ? { details } : { status, details, error: `${show(value)} ${what}, ${must} ${show(degraded)}` };
}
