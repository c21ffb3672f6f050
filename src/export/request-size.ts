/** How large requests are: smaller once the server, or the way to it, has found one too large; they grow back slowly. */
import type { ExportReason } from '../names/messages.ts';

/** Below the 4 MiB that gRPC servers accept in one message by default. */
export const MAX_REQUEST_BYTES = 3.5 * 1024 * 1024;
/** Smaller requests are not split: no server finds them too large. */
export const MIN_REQUEST_BYTES = 16 * 1024;
const SUCCESSES_TO_GROW = 10;
/** How a way that lets only small requests through shows itself, and how often before they are made smaller. */
const BROKEN_OFF: ReadonlySet<ExportReason> = new Set(['connection_reset', 'timeout']);
const MOST_BREAKS = 3;

export interface RequestSize {
  readonly maxBytes: number;
  /** Requests that were accepted while they had to be small. */
  readonly successes: number;
  /** How often in a row a request was broken off or timed out. */
  readonly breaks: number;
}

export const FULL_SIZE: RequestSize = { maxBytes: MAX_REQUEST_BYTES, successes: 0, breaks: 0 };

export function afterAccepted(size: RequestSize): RequestSize {
  if (size.maxBytes === MAX_REQUEST_BYTES) return size.breaks === 0 ? size : { ...size, breaks: 0 };
  const successes = size.successes + 1;
  const maxBytes = successes % SUCCESSES_TO_GROW === 0 ? Math.min(MAX_REQUEST_BYTES, size.maxBytes * 2) : size.maxBytes;
  return { maxBytes, successes, breaks: 0 };
}

/** After a request that is sent again. */
export function afterFailed(size: RequestSize, reason: ExportReason): RequestSize {
  return { ...size, breaks: BROKEN_OFF.has(reason) ? size.breaks + 1 : 0 };
}

/** Perhaps only so much comes through: what always breaks off must not stand before all the others for ever. */
export function breaksTooOften({ breaks }: RequestSize): boolean {
  return breaks >= MOST_BREAKS;
}

/** After a request of `bodyBytes` was split. */
export function afterSplit(size: RequestSize, bodyBytes: number): RequestSize {
  return { ...size, maxBytes: Math.max(MIN_REQUEST_BYTES, Math.min(size.maxBytes, bodyBytes / 2)) };
}

export function canSplit(records: number, bodyBytes: number): boolean {
  return records > 1 && bodyBytes > MIN_REQUEST_BYTES;
}
