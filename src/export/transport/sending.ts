/** What the transports have in common. */
import type { SendResult } from '../../otlp/types.ts';

/** One `send`, from compression to answer. */
export interface Sending {
  /** Does not keep the process alive any more. */
  released: boolean;
  aborted: boolean;
  settle?: (result: SendResult) => void;
}

/** The longest that a timer can be set to. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** A connection that lives for ever never meets a second collector, nor the new one behind the same name. */
export const MAX_CONNECTION_AGE_MS = 60_000;
export const RETRYABLE_HTTP: ReadonlySet<number> = new Set([429, 502, 503, 504]);
export const CREDENTIALS = 'Check the credentials in OTEL_EXPORTER_OTLP_HEADERS.';
