/**
 * `X-Sentry-Rate-Limits`: what Sentry takes no more of, and for how long; on any answer, also where it took the envelope.
 *
 * @see https://develop.sentry.dev/sdk/expected-features/rate-limiting/
 */

/** What errors are counted as there. */
const ERRORS = 'error';

/**
 * How long errors are limited, in milliseconds; `undefined` when they are not.
 *
 * @param header - `60:error;default:organization, 2700:transaction:key`: seconds, then categories, of which none are all.
 */
export function errorLimitMs(header: string | undefined): number | undefined {
  const seconds = (header ?? '').split(',').flatMap((limit) => {
    const [time = '', categories = ''] = limit.trim().split(':');
    const isOfErrors = categories === '' || categories.split(';').includes(ERRORS);
    return isOfErrors && /^\d{1,9}(\.\d+)?$/.test(time) ? [Number(time)] : [];
  });
  const longest = Math.max(0, ...seconds);
  return longest === 0 ? undefined : longest * 1000;
}
