import { OUTCOME, USER_LOGIN_METHOD, USER_REGISTRATION_SOURCE, USER_WINDOW } from '../../../names/attributes.ts';
import { USER_METRICS } from '../../../names/metrics/users.ts';
import { monotonicMs } from '../../../runtime/clock.ts';
import { isHeard } from '../early-measurements.ts';
import { createActiveWindow, type ActiveWindow } from '../active-window.ts';
import { counterOf, observe } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';

export interface UserMetrics {
  /** A user did something. @param id - whatever tells users apart; it is counted, not kept. */
  seen(id: string): void;
  /** @param source - `web`, `referral`. */
  registered(source?: string): void;
  /** @param method - `password`, `google`. */
  loggedIn(method: string, outcome?: 'success' | 'failure'): void;
}

const MINUTE_MS = 60_000;
const WINDOWS = [
  { window: '5m', lastsMs: 5 * MINUTE_MS, slots: 5 },
  { window: '1h', lastsMs: 60 * MINUTE_MS, slots: 12 },
  { window: '24h', lastsMs: 24 * 60 * MINUTE_MS, slots: 24 },
] as const;

const registrations = counterOf(USER_METRICS.registrations);
const logins = counterOf(USER_METRICS.logins);

let windows: readonly { readonly window: (typeof WINDOWS)[number]['window']; readonly users: ActiveWindow }[] | undefined;

/** One set of windows for the process, observed from the first user on. */
function seen(id: string): void {
  if (!isHeard() || (typeof id !== 'string' && typeof id !== 'number')) return;
  if (windows === undefined) {
    const made = WINDOWS.map(({ lastsMs, slots, window }) => ({ window, users: createActiveWindow(lastsMs, slots) }));
    windows = made;
    observe(USER_METRICS.active, (report) => {
      for (const { users, window } of made) report(users.count(monotonicMs()), { [USER_WINDOW]: window });
    });
  }
  for (const { users } of windows) users.add(String(id), monotonicMs());
}

/** Users of this process: who was active is an estimate that holds no ids. Do not add up processes that serve the same users. */
export function userMetrics(): UserMetrics {
  return quiet({
    seen,
    registered: (source?: string) => registrations.add(1, { [USER_REGISTRATION_SOURCE]: source }),
    loggedIn: (method: string, outcome: 'success' | 'failure' = 'success') =>
      logins.add(1, { [USER_LOGIN_METHOD]: method, [OUTCOME]: outcome }),
  });
}
