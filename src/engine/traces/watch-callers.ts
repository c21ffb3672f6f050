/** Notices that every caller says "not sampled": all is well, and no span of a request is ever sent. */
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import type { Sampler } from './sampler.ts';

/** Callers that sample one in twenty would have sampled one of so many, almost surely. */
const ENOUGH_REQUESTS = 100;
/** Or of so many in a minute of little traffic. */
const ENOUGH_IN_A_MINUTE = 10;
const MINUTE_MS = 60_000;

/**
 * `sampler`, watched until a caller samples, or until it is said that none does. Costs one comparison after that.
 *
 * @param onUnsampled - called at most once, with the number of requests so far.
 */
export function watchCallers(sampler: Sampler, onUnsampled: (requests: number) => void): Sampler {
  let isWatching = true;
  let requests = 0;
  let timer: NodeJS.Timeout | undefined;

  function stop(): void {
    isWatching = false;
    clearTimeout(timer);
  }

  function say(): void {
    stop();
    onUnsampled(requests);
  }

  function count(): void {
    requests++;
    timer ??= setTimeout(() => {
      if (requests >= ENOUGH_IN_A_MINUTE) say();
    }, MINUTE_MS).unref();
    if (requests >= ENOUGH_REQUESTS) say();
  }

  return (traceId, parent) => {
    const isSampled = sampler(traceId, parent);
    if (isWatching && parent?.isRemote === true) {
      if (isSampled) stop();
      else count();
    }
    return isSampled;
  };
}
