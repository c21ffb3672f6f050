/** What is wrong in objectives, each in one sentence that says where. */
import { HTTP_INSTRUMENTATION_METRICS } from '../../names/metrics/http.ts';
import { isTable, show, unknownKeys } from '../setting-checks.ts';
import { objectiveId } from './objective.ts';
import { queryFault } from './query-fault.ts';

const BOUNDS: readonly number[] = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration.buckets;
const QUERIES = ['errorQuery', 'totalQuery', 'errorRatioQuery'] as const;
const KEYS = ['name', 'type', 'objective', 'description', 'thresholdSeconds', 'route', 'minRequests', 'labels', 'alerting', ...QUERIES];

export function checkObjectives(path: string, objectives: unknown): string[] {
  if (objectives === undefined) return [];
  if (!Array.isArray(objectives)) return [`${path} must be a list, got ${show(objectives)}.`];
  const names = objectives.map((objective: Record<string, unknown> | null) => objective?.['name']);
  return objectives.flatMap((objective: Record<string, unknown> | null, i) => {
    const here = `${path}[${i}]`;
    if (!isTable(objective)) return [`${here} must be an object, got ${show(objective)}.`];
    const again = names.indexOf(objective['name']) < i ? [`${here}.name ${show(objective['name'])} is there twice.`] : [];
    return [...again, ...unknownKeys(here, objective, KEYS), ...checkObjective(here, objective)];
  });
}

/** Sloth's id is the service and the name with a dash between, so that `a-b` with `c` and `a` with `b-c` would be counted as one. */
export function repeatedObjectives(services: unknown): string[] {
  if (!isTable(services)) return [];
  const owners = new Map<string, string>();
  return Object.entries(services).flatMap(([service, settings]) => {
    const objectives: unknown = isTable(settings) ? settings['objectives'] : undefined;
    if (!Array.isArray(objectives)) return [];
    return objectives.filter(isTable).flatMap(({ name }) => {
      const id = objectiveId(service, String(name));
      const owner = owners.get(id) ?? service;
      owners.set(id, owner);
      return owner === service
        ? []
        : [`services[${show(service)}].objectives: ${show(name)} has the id ${show(id)}, as one of ${show(owner)} has.`];
    });
  });
}

function checkObjective(
  path: string,
  { minRequests, name, objective, thresholdSeconds, type, ...rest }: Record<string, unknown>,
): string[] {
  return [
    ...(typeof name === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(name)
      ? []
      : [`${path}.name must be small letters, digits and dashes, got ${show(name)}.`]),
    ...(typeof objective === 'number' && objective > 0 && objective < 100
      ? []
      : [`${path}.objective must be a percentage between 0 and 100, got ${show(objective)}.`]),
    ...(['availability', 'latency', 'events'].includes(String(type))
      ? []
      : [`${path}.type must be availability, latency or events, got ${show(type)}.`]),
    ...(type !== 'latency' || BOUNDS.includes(Number(thresholdSeconds))
      ? []
      : [
          `${path}.thresholdSeconds must be a bound of a bucket (${BOUNDS.join(', ')}), got ${show(thresholdSeconds)}: between two bounds nothing is counted.`,
        ]),
    ...(type !== 'events' || rest['errorRatioQuery'] !== undefined || (rest['errorQuery'] !== undefined && rest['totalQuery'] !== undefined)
      ? []
      : [`${path} of type events must have errorQuery and totalQuery, or errorRatioQuery.`]),
    ...QUERIES.flatMap((key) => {
      const fault = rest[key] === undefined ? undefined : queryFault(rest[key]);
      return fault === undefined ? [] : [`${path}.${key} must be PromQL ${fault}, got ${show(rest[key])}.`];
    }),
    ...(rest['route'] === undefined || (typeof rest['route'] === 'string' && rest['route'] !== '')
      ? []
      : [`${path}.route must be a route as http.route has it, got ${show(rest['route'])}.`]),
    ...(minRequests === undefined || (typeof minRequests === 'number' && minRequests >= 0)
      ? []
      : [`${path}.minRequests must be a number from 0, got ${show(minRequests)}.`]),
  ];
}
