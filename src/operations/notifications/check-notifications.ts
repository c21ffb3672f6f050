/** What is wrong in `notifications`, each in one sentence that says where. */
import { SEVERITIES } from '../alerts/alert-row.ts';
import { parseDuration } from '../durations.ts';
import { address, isTable, show, text, unknownKeys, type Check, type Table } from '../setting-checks.ts';

const time: Check = (value) =>
  typeof value === 'string' && parseDuration(value) !== undefined ? undefined : 'a time as Prometheus writes it ("30s", "3h")';
/** Alertmanager does not start with 0 there. */
const timeAboveZero: Check = (value) =>
  time(value) ?? (parseDuration(value as string) === 0 ? 'a time above 0 as Prometheus writes it ("30s", "3h")' : undefined);
const severities: Check = (value) =>
  Array.isArray(value) && value.every((each) => (SEVERITIES as readonly unknown[]).includes(each))
    ? undefined
    : `a list of ${SEVERITIES.join(', ')}`;
/** With none of them nothing would be sent there. */
const sent: Check = (value) =>
  severities(value) ?? ((value as unknown[]).length > 0 ? undefined : `a list of one at least of ${SEVERITIES.join(', ')}`);
const topics: Check = (value) =>
  isTable(value) &&
  Object.entries(value).every(
    ([severity, topic]) => (SEVERITIES as readonly string[]).includes(severity) && Number.isSafeInteger(topic) && Number(topic) > 0,
  )
    ? undefined
    : `an object with whole numbers above 0 for ${SEVERITIES.join(', ')}`;
const server: Check = (value) =>
  typeof value === 'string' && /^\S+:\d+$/.test(value) && Number(value.slice(value.lastIndexOf(':') + 1)) <= 65_535
    ? undefined
    : 'host:port';

const PACE = { wait: time, interval: timeAboveZero, repeat: timeAboveZero };
const WEBHOOK = { url: address, urlFile: text, tokenFile: text };

const SETTINGS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  critical: PACE,
  warning: PACE,
  info: PACE,
  telegram: { botTokenFile: text, chatIdFile: text, topics, silent: severities, apiUrl: address, severities: sent },
  webhook: { ...WEBHOOK, severities: sent },
  slack: { apiUrlFile: text, channel: text, severities: sent },
  email: { to: text, from: text, smarthost: server, username: text, passwordFile: text, severities: sent },
  watchdog: WEBHOOK,
};

export function checkNotifications(settings: unknown): string[] {
  if (settings === undefined) return [];
  if (!isTable(settings)) return [`notifications must be an object, got ${show(settings)}.`];
  return [
    ...unknownKeys('notifications', settings, Object.keys(SETTINGS)),
    ...Object.entries(SETTINGS).flatMap(([name, checks]) => checkOne(`notifications.${name}`, settings[name], checks)),
  ];
}

function checkOne(path: string, settings: unknown, checks: Readonly<Record<string, Check>>): string[] {
  if (settings === undefined) return [];
  if (!isTable(settings)) return [`${path} must be an object, got ${show(settings)}.`];
  return [
    ...unknownKeys(path, settings, Object.keys(checks)),
    ...Object.entries(checks).flatMap(([key, check]) => {
      const must = settings[key] === undefined ? undefined : check(settings[key]);
      return must === undefined ? [] : [`${path}.${key} must be ${must}, got ${show(settings[key])}.`];
    }),
    ...missing(path, settings, checks),
  ];
}

function missing(path: string, settings: Table, checks: Readonly<Record<string, Check>>): string[] {
  if ('smarthost' in checks)
    return ['to', 'from', 'smarthost'].flatMap((key) => (settings[key] === undefined ? [`${path}.${key} is missing.`] : []));
  if ('url' in checks && (settings['url'] === undefined) === (settings['urlFile'] === undefined))
    return [`${path} must have url or urlFile, one of them, got ${show(settings)}.`];
  return [];
}
