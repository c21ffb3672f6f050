/** Which errors are sent: policy only. */
import { isExpected } from '../tracing/expected-errors.ts';
import type { SentryDrop } from '../../names/metrics/errors.ts';
import type { IsTransient } from './transient-errors.ts';

/** The same error within this time is a duplicate. */
const WINDOW_MS = 60_000;
const MOST_KEYS = 1000;

export interface Judged {
  /** What was thrown; `undefined` for a message. */
  readonly error: unknown;
  /** Alike for errors that are the same to whoever reads them. */
  readonly key: string;
  /** It ends the process: nothing is a reason to keep quiet about it. */
  readonly isFatal: boolean;
}

/** Why it is not sent; `undefined` where it is. */
export type Gate = (judged: Judged, nowMs: number) => SentryDrop | undefined;

export function createGate(isTransient: IsTransient, maxPerMinute: number): Gate {
  const seenObjects = new WeakMap<object, number>();
  /** The oldest first. */
  const seenKeys = new Map<string, number>();
  let minute = -1;
  let sent = 0;

  function isDuplicate({ error, key }: Judged, nowMs: number): boolean {
    const isObject = (typeof error === 'object' || typeof error === 'function') && error !== null;
    const objectSeen = isObject ? seenObjects.get(error) : undefined;
    const last = Math.max(objectSeen ?? -Infinity, seenKeys.get(key) ?? -Infinity);
    if (nowMs - last < WINDOW_MS) return true;
    if (isObject) seenObjects.set(error, nowMs);
    seenKeys.delete(key);
    seenKeys.set(key, nowMs);
    if (seenKeys.size > MOST_KEYS) seenKeys.delete(seenKeys.keys().next().value as string);
    return false;
  }

  function isTooMany(nowMs: number): boolean {
    const current = Math.floor(nowMs / 60_000);
    if (current !== minute) {
      minute = current;
      sent = 0;
    }
    return ++sent > maxPerMinute;
  }

  return (judged, nowMs) => {
    if (!judged.isFatal) {
      if (isExpected(judged.error, undefined)) return 'expected';
      if (isTransient(judged.error)) return 'transient';
    }
    if (isDuplicate(judged, nowMs)) return 'duplicate';
    return isTooMany(nowMs) && !judged.isFatal ? 'rate_limited' : undefined;
  };
}
