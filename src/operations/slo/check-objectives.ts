import { HTTP_INSTRUMENTATION_METRICS } from '../../names/metrics/http.ts';

const BOUNDS: readonly number[] = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration.buckets;
const show = (value: unknown): string => JSON.stringify(value) ?? String(value);

export function checkObjectives(path: string, objectives: unknown): string[] {
  if (objectives === undefined) return [];
  if (!Array.isArray(objectives)) return [`${path} must be a list, got ${show(objectives)}.`];
  const names = objectives.map((objective: Record<string, unknown> | null) => objective?.['name']);
  return objectives.flatMap((objective: Record<string, unknown> | null, i) => {
    const here = `${path}[${i}]`;
    if (typeof objective !== 'object' || objective === null) return [`${here} must be an object, got ${show(objective)}.`];
    const again = names.indexOf(objective['name']) < i ? [`${here}.name ${show(objective['name'])} is there twice.`] : [];
    return [...again, ...checkObjective(here, objective)];
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
    ...['errorQuery', 'totalQuery', 'errorRatioQuery'].flatMap((key) =>
      rest[key] === undefined || (typeof rest[key] === 'string' && /\{\{\s*\.window\s*\}\}/.test(rest[key]))
        ? []
        : [`${path}.${key} must be PromQL with {{.window}} for the window, got ${show(rest[key])}.`],
    ),
    ...(minRequests === undefined || (typeof minRequests === 'number' && minRequests >= 0)
      ? []
      : [`${path}.minRequests must be a number from 0, got ${show(minRequests)}.`]),
  ];
}
