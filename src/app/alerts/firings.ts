/** Which firings of which alerts a handler has seen, so that it runs once for each, however many Alertmanagers repeat it. Pure. */
import type { ReceivedAlert } from '../../runtime/alert-handlers.ts';

/** Two servers of Prometheus see the same begin at different evaluations. */
const SAME_BEGIN_MS = 60_000;
const MOST_FIRINGS = 10_000;

interface Firing {
  readonly startsAt: number;
  readonly endsAt: number | undefined;
}

export interface Firings {
  /** Whether this is news: a firing not seen before, or an end not seen before. */
  isNew(alert: ReceivedAlert): boolean;
}

export function createFirings(): Firings {
  /** The last one by the alert's fingerprint; the longest unheard first. */
  const seen = new Map<string, Firing>();
  return {
    isNew({ endsAt, fingerprint, startsAt, status }) {
      const last = seen.get(fingerprint);
      const isNew = status === 'firing' ? isOther(last, startsAt) : last?.endsAt === undefined;
      if (isNew) seen.set(fingerprint, { startsAt: status === 'firing' ? startsAt : (last?.startsAt ?? startsAt), endsAt });
      else if (last !== undefined) {
        seen.delete(fingerprint);
        seen.set(fingerprint, last);
      }
      if (seen.size > MOST_FIRINGS) seen.delete(seen.keys().next().value as string);
      return isNew;
    },
  };
}

/** One that ended began again when it begins after its end; one whose end was never told, when it begins much later. */
function isOther(last: Firing | undefined, startsAt: number): boolean {
  if (last === undefined) return true;
  return last.endsAt === undefined ? startsAt > last.startsAt + SAME_BEGIN_MS : startsAt > last.endsAt;
}
