import { monotonicMs } from '../../runtime/clock.ts';
import { require } from '../../runtime/otel.ts';

const { timeOrigin } = performance;
let captured = false;

/**
 * The official instrumentations take their times by `hrTime` of `@opentelemetry/core`, which asks the global clock each
 * time. From here on it asks the one that was captured before the application could replace it: frameworks that watch the
 * clock while they render would see the instrumentation's look at it as the application's.
 */
export function captureClock(): void {
  if (captured) return;
  captured = true;
  const core = require('@opentelemetry/core') as {
    hrTime: (reading?: number) => [number, number];
    millisToHrTime(ms: number): [number, number];
    addHrTimes(a: [number, number], b: [number, number]): [number, number];
  };
  const { addHrTimes, millisToHrTime } = core;
  const origin = millisToHrTime(timeOrigin);
  core.hrTime = (reading) => addHrTimes(origin, millisToHrTime(typeof reading === 'number' ? reading : monotonicMs()));
}
