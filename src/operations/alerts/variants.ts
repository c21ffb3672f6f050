/**
 * Which rules an alert needs: one for all services, and one for each service or route that has settings of its own, which the
 * former leaves out.
 */
import { anyOf, differs, equals, matches, matchesNot } from '../promql.ts';
import type { AlertSettings, AlertSettingsByName, OperationsSettings } from '../settings.ts';
import type { AlertRow } from './alert-row.ts';
import { effectiveSettings } from './effective-settings.ts';
import { ROUTE } from './labels.ts';
import { PRESETS } from './presets.ts';

export interface Variant {
  /** Ways to select its series, each a list of matchers: a series is in one of them at most. */
  readonly selections: readonly (readonly string[])[];
  /** From the general to the special. */
  readonly layers: readonly AlertSettings[];
  /** The service and the route that it is for; without them it is for all others. */
  readonly of: string;
}

type Layer = AlertSettings | false | undefined;

/** What is said of all services alike. */
const generalLayers = (row: AlertRow, settings: OperationsSettings): Layer[] => [
  PRESETS[settings.preset ?? 'web'][row.name],
  settings.alerts?.[row.name],
];

/** Those of the services that have no settings of their own; none for an alert that is off. */
export function generalThresholds(row: AlertRow, settings: OperationsSettings): AlertRow['thresholds'] {
  const [general] = variant([[]], generalLayers(row, settings), '');
  return general === undefined ? {} : effectiveSettings(row, general.layers).thresholds;
}

export function variantsOf(row: AlertRow, settings: OperationsSettings): Variant[] {
  const general = generalLayers(row, settings);
  if (row.scope === 'server') return variant([[]], general, '');
  const services = Object.entries(settings.services ?? {}).filter(
    ([, { alerts, routes }]) => alerts?.[row.name] !== undefined || hasRoutes(row, routes),
  );
  return [
    ...routeVariants(row, [settings.routes], [exceptServices(services.map(([name]) => name))], general, ''),
    ...services.flatMap(([name, { alerts, routes }]) =>
      routeVariants(row, [settings.routes, routes], onlyService(name), [...general, alerts?.[row.name]], name),
    ),
  ];
}

const hasRoutes = (row: AlertRow, routes: Readonly<Record<string, AlertSettingsByName>> | undefined): boolean =>
  row.scope === 'route' && Object.values(routes ?? {}).some((byName) => byName[row.name] !== undefined);

type Routes = Readonly<Record<string, AlertSettingsByName>> | undefined;

function routeVariants(
  row: AlertRow,
  tables: readonly Routes[],
  selections: readonly (readonly string[])[],
  layers: readonly Layer[],
  of: string,
): Variant[] {
  const set = (table: Routes): string[] => Object.keys(table ?? {}).filter((route) => table?.[route]?.[row.name] !== undefined);
  const routes = row.scope === 'route' ? [...new Set(tables.flatMap(set))] : [];
  const only = (matcher: string): readonly string[][] => selections.map((matchers) => [...matchers, matcher]);
  return [
    ...variant(routes.length === 0 ? selections : only(matchesNot(ROUTE, anyOf(routes))), layers, of),
    ...routes.flatMap((route) =>
      variant(only(equals(ROUTE, route)), [...layers, ...tables.map((table) => table?.[route]?.[row.name])], `${of} ${route}`.trim()),
    ),
  ];
}

/** `false` switches off, unless a later layer says more. */
function variant(selections: readonly (readonly string[])[], layers: readonly Layer[], of: string): Variant[] {
  const off = layers.lastIndexOf(false);
  const isTable = (layer: Layer): layer is AlertSettings => layer !== undefined && layer !== false;
  if (off !== -1 && !layers.slice(off + 1).some(isTable)) return [];
  return [{ selections, layers: layers.filter(isTable), of }];
}

/** By OTLP a service has `service_name`; where it is scraped, mostly only `job`, which by OTLP has the namespace before it. */
export function onlyService(name: string): readonly (readonly string[])[] {
  return [[equals('service_name', name)], [equals('service_name', ''), matches('job', `(.+/)?(${anyOf([name])})`)]];
}

function exceptServices(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const [only = ''] = names;
  return [
    names.length === 1 ? differs('service_name', only) : matchesNot('service_name', anyOf(names)),
    matchesNot('job', `(.+/)?(${anyOf(names)})`),
  ];
}
