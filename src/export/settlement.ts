/** What an answer means for the records of a request. */
import { countAcknowledged, countDropped, type Account, type DropReason } from '../diagnostics/account.ts';
import type { ExportReason } from '../names/messages.ts';
import { isTooLarge, type SendResult } from '../otlp/types.ts';
import { afterFailed, breaksTooOften, canSplit, type RequestSize } from './request-size.ts';

export type Verdict =
  /** They arrived, all but `rejected`. */
  | { readonly kind: 'accepted'; readonly rejected: number }
  /** They leave in halves: at once, or `afterPause` where the request was broken off. */
  | { readonly kind: 'split'; readonly afterPause: boolean }
  /** The same request is sent again after a pause. */
  | { readonly kind: 'retry' }
  /** They are lost. What waits may meet the same, and is not thrown after them: it goes batch by batch, with pauses. */
  | { readonly kind: 'lost'; readonly dropReason: DropReason; readonly reason: ExportReason };

/** @param request - its number of entries in the queue, and its size. */
export function verdictOf(result: SendResult, request: { records: number; bytes: number }, size: RequestSize): Verdict {
  if (result.kind === 'accepted') return { kind: 'accepted', rejected: result.rejected };
  const isSplittable = canSplit(request.records, request.bytes);
  if (result.kind === 'retry')
    return isSplittable && breaksTooOften(afterFailed(size, result.reason)) ? { kind: 'split', afterPause: true } : { kind: 'retry' };
  if (!isTooLarge(result)) return { kind: 'lost', dropReason: 'refused', reason: result.reason };
  return isSplittable ? { kind: 'split', afterPause: false } : { kind: 'lost', dropReason: 'too_large', reason: 'too_large' };
}

/** @param rejected - a server may name more than it was sent. */
export function countAccepted(account: Account, records: number, rejected: number): void {
  const lost = Math.min(records, rejected);
  countAcknowledged(account, records - lost);
  countDropped(account, 'rejected', lost);
}
