/** What is wrong in the settings, each in one sentence that says where. Nothing is written then. */
import { ALERTS } from './alerts/alert-table.ts';
import { SEVERITIES, type AlertRow } from './alerts/alert-row.ts';
import { PRESETS } from './alerts/presets.ts';
import { parseDuration } from './durations.ts';
import { checkNotifications } from './notifications/check-notifications.ts';
import { address, isTable, show, text, unknownKeys, type Check, type Table } from './setting-checks.ts';
import { checkObjectives, repeatedObjectives } from './slo/check-objectives.ts';

const KEYS = ['preset', 'exportIntervalSeconds', 'timeScale', 'links', 'jobs', 'notifications', 'prices', 'alerts', 'routes', 'services'];

export function checkSettings(settings: unknown): string[] {
  if (!isTable(settings)) return [`The settings must be an object, got ${show(settings)}.`];
  return [
    ...unknownKeys('', settings, KEYS),
    ...checkGeneral(settings),
    ...checkTexts('links', settings['links'], ['grafana', 'jaeger', 'runbooks'], address),
    ...checkTexts('jobs', settings['jobs'], ['collector', 'prometheus', 'alertmanager'], text),
    ...checkNotifications(settings['notifications']),
    ...checkPrices(settings['prices']),
    ...checkAlerts('alerts', settings['alerts']),
    ...checkRoutes('routes', settings['routes']),
    ...each('services', settings['services'], (path, service) => [
      ...unknownKeys(path, service, ['alerts', 'routes', 'objectives']),
      ...checkAlerts(`${path}.alerts`, service['alerts']),
      ...checkRoutes(`${path}.routes`, service['routes']),
      ...checkObjectives(`${path}.objectives`, service['objectives']),
    ]),
    ...repeatedObjectives(settings['services']),
  ];
}

function checkGeneral({ exportIntervalSeconds, preset, timeScale }: Table): string[] {
  return [
    ...(preset === undefined || Object.hasOwn(PRESETS, String(preset))
      ? []
      : [`preset must be ${Object.keys(PRESETS).join(', ')}, got ${show(preset)}.`]),
    ...atMost('exportIntervalSeconds', exportIntervalSeconds, 3600),
    ...atMost('timeScale', timeScale, 10),
  ];
}

/** Beyond, windows and waiting times would be longer than Prometheus takes. */
function atMost(name: string, value: unknown, most: number): string[] {
  return value === undefined || (isNumber(value) && value > 0 && value <= most)
    ? []
    : [`${name} must be a number above 0, ${most} at most, got ${show(value)}.`];
}

function checkTexts(path: string, table: unknown, keys: readonly string[], check: Check): string[] {
  if (table === undefined) return [];
  if (!isTable(table)) return [`${path} must be an object, got ${show(table)}.`];
  return [
    ...unknownKeys(path, table, keys),
    ...Object.entries(table).flatMap(([key, value]) => {
      const must = check(value);
      return must === undefined ? [] : [`${path}.${key} must be ${must}, got ${show(value)}.`];
    }),
  ];
}

function checkPrices(prices: unknown): string[] {
  return each('prices', prices, (path, price) => [
    ...unknownKeys(path, price, ['input', 'output']),
    ...['input', 'output'].flatMap((key) =>
      typeof price[key] === 'number' && price[key] >= 0
        ? []
        : [`${path}.${key} must be US dollars for a million tokens, got ${show(price[key])}.`],
    ),
  ]);
}

function checkRoutes(path: string, routes: unknown): string[] {
  return each(path, routes, (routePath, byName) => checkAlerts(routePath, byName, true));
}

function checkAlerts(path: string, alerts: unknown, isOfRoute = false): string[] {
  if (alerts === undefined) return [];
  if (!isTable(alerts)) return [`${path} must be an object, got ${show(alerts)}.`];
  return Object.entries(alerts).flatMap(([name, settings]) => {
    const row = ALERTS.get(name);
    if (row === undefined) return [`${path}: there is no alert ${show(name)}; docs/alerts.md names all.`];
    if (isOfRoute && row.scope !== 'route') return [`${path}: ${name} is no alert by route.`];
    if (row.scope === 'server' && path !== 'alerts') return [`${path}: ${name} is of no service; set it under alerts.`];
    if (settings === false) return [];
    return isTable(settings)
      ? checkAlert(`${path}.${name}`, row, settings)
      : [`${path}.${name} must be an object or false, got ${show(settings)}.`];
  });
}

function checkAlert(path: string, row: AlertRow, settings: Table): string[] {
  const own = Object.keys(row.settings ?? {});
  return [
    ...unknownKeys(path, settings, [...SEVERITIES, 'for', 'keepFiringFor', ...own]),
    ...SEVERITIES.flatMap((severity) => {
      const value = settings[severity];
      return value === undefined || value === null ? [] : checkThreshold(`${path}.${severity}`, row, value);
    }),
    ...['for', 'keepFiringFor'].flatMap((key) => {
      const value = settings[key];
      return value === undefined || (typeof value === 'string' && parseDuration(value) !== undefined)
        ? []
        : [`${path}.${key} must be a time as Prometheus writes it ("90s", "5m"), got ${show(value)}.`];
    }),
    ...own.flatMap((key) =>
      settings[key] === undefined || (isNumber(settings[key]) && settings[key] >= 0)
        ? []
        : [`${path}.${key} must be a number from 0, got ${show(settings[key])}.`],
    ),
  ];
}

/** A threshold beyond what the value can be is an alert that never fires, or that never ends. */
function checkThreshold(path: string, { fires = 'above', unit }: AlertRow, value: unknown): string[] {
  const got = `got ${show(value)}`;
  if (!isNumber(value)) return [`${path} must be a number or null, ${got}.`];
  const isShare = unit === 'ratio';
  if (fires === 'above') {
    if (isShare && value >= 1) return [`${path} must be a share below 1 (0.05 is 5 %), ${got}: it would never fire.`];
    return value >= 0 ? [] : [`${path} must be a number from 0, ${got}: it would fire always.`];
  }
  if (isShare && value > 1) return [`${path} must be a share of at most 1 (0.05 is 5 %), ${got}: it would fire always.`];
  return value > 0 ? [] : [`${path} must be a number above 0, ${got}: it would never fire.`];
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function each(path: string, table: unknown, check: (path: string, value: Table) => string[]): string[] {
  if (table === undefined) return [];
  if (!isTable(table)) return [`${path} must be an object, got ${show(table)}.`];
  return Object.entries(table).flatMap(([key, value]) => {
    const inner = `${path}[${show(key)}]`;
    if (key === '') return [`${path} has an entry without a name.`];
    return isTable(value) ? check(inner, value) : [`${inner} must be an object, got ${show(value)}.`];
  });
}
