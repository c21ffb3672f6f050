/**
 * One record as one line of Elastic Common Schema. What ECS has a field for stands there; a field of the application whose name
 * begins like one of ECS would be refused by Elasticsearch for its type, and stands below `fields`.
 *
 * @see https://www.elastic.co/docs/reference/ecs and https://github.com/elastic/ecs-logging/blob/main/spec/spec.json
 */
import type { PlainMap, PlainValue } from '../../values/plain-value.ts';
import { jsonOf, quote } from './json-text.ts';
import { stackWithCauses } from './logged-error.ts';
import type { LoggedError, LogRecord } from './record.ts';
import { isoTime } from './render-json.ts';
import type { Service } from './service.ts';

const VERSION = '8.11.0';

/** Fields of ours that ECS has under another name. */
const ECS_NAMES: Readonly<Record<string, string>> = { request_id: 'http.request.id', user_id: 'user.id' };
const ECS_ACCESS_NAMES: Readonly<Record<string, string>> = {
  ...ECS_NAMES,
  method: 'http.request.method',
  path: 'url.path',
  route: 'http.route',
  status: 'http.response.status_code',
  bytes: 'http.response.bytes',
  client_address: 'client.address',
};
const TEXTS = new Set(['http.request.id', 'user.id']);

export const ECS_ROOTS = new Set(
  `@timestamp agent as base client cloud code_signature container data_stream destination device dll dns ecs elf email error event faas
  file geo group hash host http interface labels log macho message network observer orchestrator organization os package pe process
  registry related risk rule server service source span tags threat tls trace transaction tracing url user user_agent vlan
  volume vulnerability x509 fields truncated`.split(/\s+/),
);

export function renderEcs(record: LogRecord, service: Service): string {
  const { timeMs, level, logger, message, span, fields, error, isAccess, isCut } = record;
  let line = `{"@timestamp":"${isoTime(timeMs)}","log.level":"${level}","message":${quote(message)},"ecs.version":"${VERSION}","log.logger":${quote(logger)}`;
  if (span !== undefined) line += `,"trace.id":"${span.traceId}","span.id":"${span.spanId}"`;
  line += service.ecs + (isAccess ? ',"event.category":["web"],"event.kind":"event"' : '');
  const { top, below } = sortFields(fields, isAccess);
  line += members(top);
  if (Object.keys(below).length > 0) line += `,"fields":${jsonOf(below)}`;
  if (error !== undefined) line += renderError(error);
  return `${line}${isCut ? ',"labels":{"truncated":"true"}' : ''}}\n`;
}

function sortFields(fields: PlainMap, isAccess: boolean): { top: PlainMap; below: PlainMap } {
  const top: Record<string, PlainValue> = {};
  const below: Record<string, PlainValue> = {};
  const names = isAccess ? ECS_ACCESS_NAMES : ECS_NAMES;
  for (const [name, value] of Object.entries(fields)) {
    const ecsName = Object.hasOwn(names, name) && typeof value !== 'object' ? names[name] : undefined;
    if (ecsName !== undefined) top[ecsName] = TEXTS.has(ecsName) ? String(value) : value;
    // Nanoseconds.
    else if (isAccess && name === 'duration_ms' && typeof value === 'number') top['event.duration'] = Math.round(value * 1e6);
    else if (ECS_ROOTS.has(name.split('.', 1)[0] as string)) below[name] = value;
    else top[name] = value;
  }
  return { top, below };
}

function members(fields: PlainMap): string {
  return Object.entries(fields)
    .map(([name, value]) => `,${quote(name)}:${jsonOf(value)}`)
    .join('');
}

function renderError(error: LoggedError): string {
  const { type, message, code, fields } = error;
  return (
    `,"error.type":${quote(type)},"error.message":${quote(message)},"error.stack_trace":${quote(stackWithCauses(error))}` +
    (code === undefined ? '' : `,"error.code":${quote(String(code))}`) +
    (fields === undefined ? '' : `,"error_fields":${jsonOf(fields)}`)
  );
}
