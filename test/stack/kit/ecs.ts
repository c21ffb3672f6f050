/** What Elasticsearch would say of a document: the fields of Elastic Common Schema that are written here, and their types. */
import { ECS_ROOTS } from '../../../src/app/logging/render-ecs.ts';

type EcsType = 'keyword' | 'text' | 'long' | 'date';

/**
 * `wildcard` and `match_only_text` count as text.
 *
 * @see https://github.com/elastic/ecs/tree/main/generated/elasticsearch/composable/component (8.11 to 9.3), a file for each set
 */
const ECS_FIELDS: Readonly<Record<string, EcsType>> = {
  '@timestamp': 'date',
  message: 'text',
  'agent.name': 'keyword',
  'agent.version': 'keyword',
  'client.address': 'keyword',
  'ecs.version': 'keyword',
  'error.code': 'keyword',
  'error.message': 'text',
  'error.stack_trace': 'text',
  'error.type': 'keyword',
  'event.category': 'keyword',
  'event.duration': 'long',
  'event.kind': 'keyword',
  'event.severity': 'long',
  'host.architecture': 'keyword',
  'host.hostname': 'keyword',
  'host.name': 'keyword',
  'host.os.platform': 'keyword',
  'host.os.type': 'keyword',
  'host.os.version': 'keyword',
  'http.request.id': 'keyword',
  'http.request.method': 'keyword',
  'http.response.bytes': 'long',
  'http.response.status_code': 'long',
  'labels.truncated': 'keyword',
  'log.level': 'keyword',
  'log.logger': 'keyword',
  'process.pid': 'long',
  'service.environment': 'keyword',
  'service.name': 'keyword',
  'service.node.name': 'keyword',
  'service.version': 'keyword',
  'span.id': 'keyword',
  'trace.id': 'keyword',
  'url.path': 'text',
  'user.id': 'keyword',
};

/** Of OpenTelemetry, and of no other meaning in ECS. */
const BESIDE_ECS = new Set(['http.route', 'service.namespace', 'service.runtime.name', 'service.runtime.version']);

const IS_OF_TYPE: Readonly<Record<EcsType, (value: unknown) => boolean>> = {
  keyword: (value) => typeof value === 'string',
  text: (value) => typeof value === 'string',
  long: (value) => Number.isSafeInteger(value),
  date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{ a: { b: 1 }, 'a.c': 2 }` as `a.b` and `a.c`: for Elasticsearch, and for Filebeat's `expand_keys`, both are one. */
export function flatten(document: Readonly<Record<string, unknown>>, prefix = ''): Array<[string, unknown]> {
  return Object.entries(document).flatMap(([key, value]): Array<[string, unknown]> =>
    isMap(value) ? flatten(value, `${prefix}${key}.`) : [[prefix + key, value]],
  );
}

/** Why Elasticsearch would refuse the document, or put something else into a field than ECS has there. Empty when all is well. */
export function ecsFaults(document: Readonly<Record<string, unknown>>): string[] {
  const fields = flatten(document);
  const names = new Set<string>();
  const faults: string[] = [];
  for (const [name, value] of fields) {
    if (names.has(name)) faults.push(`${name} is there twice`);
    names.add(name);
    const [root = ''] = name.split('.', 1);
    if (!ECS_ROOTS.has(root) || root === 'fields' || BESIDE_ECS.has(name)) continue;
    const type = ECS_FIELDS[name];
    if (type === undefined) faults.push(`${name} is no field of ECS`);
    else if (![value].flat().every(IS_OF_TYPE[type])) faults.push(`${name} must be ${type}, it is ${JSON.stringify(value)}`);
  }
  for (const name of names) {
    const inner = [...names].find((other) => other.startsWith(`${name}.`));
    if (inner !== undefined) faults.push(`${name} is a value, and a map for ${inner}`);
  }
  for (const name of ['@timestamp', 'message', 'log.level', 'ecs.version', 'service.name'])
    if (!names.has(name)) faults.push(`${name} is missing`);
  return faults;
}
