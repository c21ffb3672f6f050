import type { CheckAnswer } from '../check.ts';
import { optionsOf } from '../../../values/options.ts';

export interface HttpCheckOptions {
  /** @default 'GET' */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Which status codes are well. @default 200 to 399 */
  readonly isExpected?: (status: number) => boolean;
}

/**
 * An HTTP endpoint answers with a status that is well. Its body is not read.
 *
 * @example health.register('shipping', httpCheck('https://shipping.internal/health'));
 */
export function httpCheck(url: string | URL, options?: HttpCheckOptions): (signal: AbortSignal) => Promise<CheckAnswer> {
  const { method = 'GET', headers = {}, isExpected = (status: number) => status >= 200 && status < 400 } = optionsOf(options);
  return async (signal) => {
    const response = await fetch(url, { method, headers: { ...headers }, signal });
    const { status } = response;
    await response.body?.cancel();
    const details = { http_status: status };
    return isExpected(status) ? { details } : { status: 'unhealthy', details, error: `HTTP status ${status}` };
  };
}
