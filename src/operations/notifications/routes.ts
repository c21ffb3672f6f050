/** Which alerts go to which receiver, how they are put together, and how often they are said again. */
import { SEVERITIES, type Severity } from '../alerts/alert-row.ts';
import { ENVIRONMENT } from '../alerts/labels.ts';
import { formatDuration, parseDuration } from '../durations.ts';
import type { OperationsSettings } from '../settings.ts';
import type { Pace } from './notification-settings.ts';

/** As Alertmanager reads it. */
export interface Route {
  readonly receiver: string;
  readonly matchers?: readonly string[];
  readonly group_by?: readonly string[];
  readonly group_wait: string;
  readonly group_interval: string;
  readonly repeat_interval: string;
  readonly routes?: readonly Route[];
}

export const WATCHDOG = 'Watchdog';
export const WATCHDOG_RECEIVER = 'watchdog';
/** For alerts whose severity is none of ours: better seen late than not at all. */
const OTHERS: Severity = 'warning';

/** In seconds. An interval is also how late an end is said, and a repeat comes with the first interval after its time. */
const PACES: Readonly<Record<Severity | 'watchdog', { readonly wait: number; readonly interval: number; readonly repeat: number }>> = {
  critical: { wait: 0, interval: 30, repeat: 300 },
  warning: { wait: 30, interval: 300, repeat: 3 * 3600 },
  info: { wait: 300, interval: 300, repeat: 24 * 3600 },
  watchdog: { wait: 0, interval: 60, repeat: 300 },
};

/** One message for one trouble of one service, so that each is told once. What is only to be known comes for all services together. */
const GROUPS: Readonly<Record<Severity, readonly string[]>> = {
  critical: ['alertname', 'service', ENVIRONMENT],
  warning: ['alertname', 'service', ENVIRONMENT],
  info: ['alertname', ENVIRONMENT],
};

export function buildRoute(settings: OperationsSettings): Route {
  const scale = settings.timeScale ?? 1;
  const pace = (name: Severity | 'watchdog'): Pick<Route, 'group_wait' | 'group_interval' | 'repeat_interval'> => {
    const set: Pace = name === 'watchdog' ? {} : (settings.notifications?.[name] ?? {});
    const seconds = (key: keyof Pace, least: number): string => {
      const given = set[key] === undefined ? undefined : parseDuration(set[key]);
      return formatDuration(given ?? Math.max(least, Math.ceil(PACES[name][key] * scale)));
    };
    return { group_wait: seconds('wait', 0), group_interval: seconds('interval', 1), repeat_interval: seconds('repeat', 1) };
  };
  return {
    receiver: OTHERS,
    group_by: GROUPS[OTHERS],
    ...pace(OTHERS),
    routes: [
      { receiver: WATCHDOG_RECEIVER, matchers: [`alertname="${WATCHDOG}"`], group_by: ['alertname'], ...pace('watchdog') },
      ...SEVERITIES.map((severity) => ({
        receiver: severity,
        matchers: [`severity="${severity}"`],
        group_by: GROUPS[severity],
        ...pace(severity),
      })),
    ],
  };
}
