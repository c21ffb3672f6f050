/**
 * OTLP in JSON to records: hex ids, 64-bit integers as strings or numbers, enums as numbers or names, keys in camelCase or
 * snake_case.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import type { Signal } from '../../config/config.ts';
import { readAnyValue, readKeyValues } from './decode-json-value.ts';
import {
  get,
  isObject,
  MAX_INT64,
  MAX_UINT64,
  MIN_INT64,
  readArray,
  readBoolean,
  readDouble,
  readEnum,
  readId,
  readInteger,
  readText,
} from './json-scalars.ts';
import type { Decoded, Origin, ReceivedScope } from './model.ts';
import { parseJson } from './parse-json.ts';
import { BadRecord, describe, malformed } from './refusal.ts';
import { RESOURCE, SCHEMAS, SCOPE, type Field, type Message, type Row } from './schema.ts';
import { attempt, createTally, finishTally, keepRecord, reject, type Tally } from './tally.ts';

/**
 * @param maxDecodedBytes - roughly how much memory the parsed body may take.
 * @throws Refusal when the bytes are no such message, or would take too much memory when parsed.
 */
export function decodeJson<S extends Signal>(signal: S, body: Uint8Array, maxDecodedBytes: number): Decoded<S> {
  const request = parseJson(body, maxDecodedBytes);
  if (!isObject(request)) throw malformed(`The body must be an object, was ${describe(request)}.`);
  const { resources, scopes, records } = SCHEMAS[signal];
  const groups = get(request, resources) ?? [];
  if (!Array.isArray(groups)) throw malformed(`${resources} must be an array, was ${describe(groups)}.`);

  const tally = { ...createTally(signal), signal };
  forEachGroup(tally, groups, resources, scopes, (group, scopeGroups) => {
    const { owner, schemaUrl, failure } = readOwner(tally, get(group, 'resource'), get(group, 'schemaUrl'), RESOURCE);
    const resource = owner['attributes'] as Row;
    forEachGroup(tally, scopeGroups, scopes, records, (scopeGroup, rows) => {
      const found = readOwner(tally, get(scopeGroup, 'scope'), get(scopeGroup, 'schemaUrl'), SCOPE);
      const bare = found.owner as unknown as ReceivedScope;
      const scope = found.schemaUrl === '' ? bare : { ...bare, schemaUrl: found.schemaUrl };
      const origin: Origin = schemaUrl === '' ? { resource, scope } : { resource, resourceSchemaUrl: schemaUrl, scope };
      readRecords(tally, rows, origin, failure || found.failure);
    });
  });
  return finishTally(tally);
}

/** Calls `read` with each group and the list `inner` that it holds. A group of the wrong shape counts as one rejected record. */
function forEachGroup(
  tally: Tally,
  groups: readonly unknown[],
  outer: string,
  inner: string,
  read: (group: Row, list: readonly unknown[]) => void,
): void {
  for (const group of groups) {
    const list = isObject(group) ? (get(group, inner) ?? []) : undefined;
    if (!isObject(group)) reject(tally, 1, `an element of ${outer} must be an object, was ${describe(group)}`);
    else if (!Array.isArray(list)) reject(tally, 1, `${inner} must be an array, was ${describe(list)}`);
    else read(group, list);
  }
}

function readOwner(tally: Tally, json: unknown, schemaUrl: unknown, message: Message) {
  try {
    const owner = json === undefined ? message.create() : readMessage(tally, json, message, 'a resource or scope');
    return { owner, schemaUrl: schemaUrl === undefined ? '' : readText(schemaUrl, 'schemaUrl'), failure: '' };
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    return { owner: message.create(), schemaUrl: '', failure: `the resource or scope is malformed, ${error.message}` };
  }
}

function readRecords(tally: Tally, rows: readonly unknown[], origin: Origin, failure: string): void {
  const { record, countsRecords, records } = SCHEMAS[tally.signal];
  if (failure !== '') {
    reject(tally, rows.length, failure);
    return;
  }
  for (const json of rows) {
    attempt(
      tally,
      countsRecords,
      () => readMessage(tally, json, record, `an element of ${records}`),
      (row) => keepRecord(tally, row, origin),
    );
  }
}

function readMessage(tally: Tally, json: unknown, message: Message, what: string): Row {
  if (!isObject(json)) throw new BadRecord(`${what} must be an object, was ${describe(json)}`);
  const row = message.create();
  for (const field of message.fields) {
    const value = json[field.name] ?? json[field.snakeName];
    if (value === undefined || value === null) continue;
    if (field.repeated) readElements(tally, value, field, row[field.to] as unknown[]);
    else if (field.message !== undefined) row[field.to] = readMessage(tally, value, field.message, field.name);
    else if (field.kind === 'attributes') readKeyValues(value, field.name, row[field.to] as Row, 1);
    else {
      const scalar = readScalar(value, field);
      if (scalar !== '') row[field.to] = scalar;
    }
  }
  return message.finish(row);
}

function readElements(tally: Tally, json: unknown, field: Field, list: unknown[]): void {
  const { message, name, alone } = field;
  for (const element of readArray(json, name)) {
    if (message === undefined) list.push(readScalar(element, field));
    else if (alone)
      attempt(
        tally,
        true,
        () => readMessage(tally, element, message, `an element of ${name}`),
        (row) => list.push(row),
      );
    else list.push(readMessage(tally, element, message, `an element of ${name}`));
  }
}

function readScalar(json: unknown, field: Field): unknown {
  const { kind, name } = field;
  switch (kind) {
    case 'string':
      return readText(json, name);
    case 'bool':
      return readBoolean(json, name);
    case 'uint32':
    case 'fixed32':
      return Number(readInteger(json, name, 0n, 0xffff_ffffn));
    case 'sint32':
      return Number(readInteger(json, name, -0x8000_0000n, 0x7fff_ffffn));
    case 'uint64':
    case 'fixed64':
      return readInteger(json, name, 0n, MAX_UINT64);
    case 'sfixed64':
      return readInteger(json, name, MIN_INT64, MAX_INT64);
    case 'time':
      return BigInt(readInteger(json, name, 0n, MAX_UINT64));
    case 'double':
      return readDouble(json, name);
    case 'enum':
      return readEnum(json, field);
    case 'traceId':
      return readId(json, name, 16);
    case 'spanId':
      return readId(json, name, 8);
    default:
      return readAnyValue(json, name, 1);
  }
}
