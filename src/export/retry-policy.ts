/** When a request is sent again. */
import type { ExportReason } from '../names/messages.ts';

const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;
/** Where nobody listens, asking costs nothing, and an answer is wanted soon after somebody does. */
const MAX_REFUSED_PAUSE_MS = 5000;
/** A server may ask for a longer pause; more than an hour is most likely a mistake. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** A flush does not try again sooner than this after a failure. */
const SOONEST_RETRY_MS = 250;

/**
 * How long nothing is sent after the last of `failures` in a row: full jitter between half and the whole of an
 * exponentially growing pause, so that a fleet does not return in step. A server may ask for more time, not for less.
 *
 * @param retryAfterMs - what the server asked for.
 * @param random - from 0 to 1.
 * @see https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
 */
export function pauseMs(failures: number, reason: ExportReason, retryAfterMs: number | undefined, random: number): number {
  const limit = reason === 'connection_refused' ? MAX_REFUSED_PAUSE_MS : MAX_PAUSE_MS;
  const most = Math.min(limit, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
  return Math.max(most / 2 + (random * most) / 2, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}

export interface PauseUnderFlush {
  /** The server named its end. */
  readonly isAsked: boolean;
  /** The same request is sent again after it, not the next one. */
  readonly isRetry: boolean;
  readonly sinceSentMs: number;
}

/**
 * After how many milliseconds a flush goes on in the middle of a pause; undefined when it gives up. A pause that the server
 * asked for is kept. Our own is cut short, but not by every call.
 */
export function flushDelayMs({ isAsked, isRetry, sinceSentMs }: PauseUnderFlush): number | undefined {
  if (isAsked) return undefined;
  const delayMs = Math.max(0, SOONEST_RETRY_MS - sinceSentMs);
  return isRetry && delayMs > 0 ? undefined : delayMs;
}
