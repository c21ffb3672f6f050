/**
 * OTLP in JSON to records: hex ids, 64-bit integers as strings or numbers, enums as numbers or names, keys in camelCase or
 * snake_case.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import { isUtf8 } from 'node:buffer';
import type { Signal } from '../../config/config.ts';
import type { Decoded, Integer, Origin, ReceivedScope } from './model.ts';
import { BadRecord, describe, malformed, tooLarge } from './refusal.ts';
import { MAX_VALUE_DEPTH, RESOURCE, SCHEMAS, SCOPE, setKey, type Field, type Message, type Row } from './schema.ts';
import { attempt, createTally, finishTally, keepRecord, reject, type Tally } from './tally.ts';

/** A body nested deeper is refused before it is parsed; OTLP with values of the allowed depth stays far below. */
const MAX_JSON_DEPTH = 1_000;

/** Roughly what a parsed object or array, and a parsed value take. */
const CONTAINER_BYTES = 64;
const VALUE_BYTES = 16;

/**
 * @param maxDecodedBytes - roughly how much memory the parsed body may take.
 * @throws Refusal when the bytes are no such message, or would take too much memory when parsed.
 */
export function decodeJson<S extends Signal>(signal: S, body: Uint8Array, maxDecodedBytes: number): Decoded<S> {
  const request = parse(body, maxDecodedBytes);
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

function readArray(json: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(json)) throw new BadRecord(`${name} must be an array, was ${describe(json)}`);
  return json;
}

function readText(json: unknown, name: string): string {
  if (typeof json !== 'string') throw new BadRecord(`${name} must be a string, was ${describe(json)}`);
  return json;
}

function readBoolean(json: unknown, name: string): boolean {
  if (typeof json !== 'boolean') throw new BadRecord(`${name} must be true or false, was ${describe(json)}`);
  return json;
}

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

function readInteger(json: unknown, name: string, min: bigint, max: bigint): Integer {
  const isInteger = typeof json === 'string' ? INTEGER.test(json) : typeof json === 'bigint' || Number.isInteger(json);
  if (isInteger) {
    const value = BigInt(json as string | number | bigint);
    if (value >= min && value <= max) return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  throw new BadRecord(`${name} must be an integer from ${min} to ${max}, was ${describe(json)}`);
}

/** At most 20 digits: converting a long text to a bigint takes long. */
const INTEGER = /^-?\d{1,20}$/;
const DECIMAL = /^-?(\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,5})?|Infinity)$|^NaN$/;

function readDouble(json: unknown, name: string): number {
  if (typeof json === 'number') return json;
  if (typeof json === 'bigint' || (typeof json === 'string' && DECIMAL.test(json))) return Number(json);
  throw new BadRecord(`${name} must be a number, was ${describe(json)}`);
}

function readEnum(json: unknown, { name, prefix, values }: Field): string | number {
  const [unspecified = 0] = values;
  if (typeof json === 'number' && Number.isInteger(json)) return values[json] ?? unspecified;
  if (typeof json === 'string' && json.startsWith(prefix)) {
    const label = json.slice(prefix.length).toLowerCase();
    const value = typeof unspecified === 'number' ? SEVERITIES.indexOf(label) : values.indexOf(label);
    if (value !== -1) return values[value] as string | number;
  }
  throw new BadRecord(`${name} must be a number or a name that begins with ${prefix}, was ${describe(json)}`);
}

/** Names of the severity numbers: the one enum whose values stay numbers. */
const SEVERITIES = ['unspecified'].concat(
  ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]),
);

/** An id in lower-case hex, or nothing when it is empty or all zero, both of which mean that there is none. */
function readId(json: unknown, name: string, size: number): string {
  if (typeof json === 'string' && (json === '' || (json.length === 2 * size && /^[0-9a-f]+$/i.test(json)))) {
    return /^0*$/.test(json) ? '' : json.toLowerCase();
  }
  throw new BadRecord(`${name} must be ${2 * size} hex digits, was ${describe(json)}`);
}

function readKeyValues(json: unknown, name: string, target: Row, depth: number): void {
  for (const pair of readArray(json, name)) {
    if (!isObject(pair)) throw new BadRecord(`an element of ${name} must be an object, was ${describe(pair)}`);
    const key = readText(pair['key'] ?? '', 'key');
    setKey(target, key, readAnyValue(pair['value'], 'value', depth));
  }
}

function readAnyValue(json: unknown, name: string, depth: number): unknown {
  if (depth > MAX_VALUE_DEPTH) throw new BadRecord(`a value must be nested at most ${MAX_VALUE_DEPTH} deep, was deeper`);
  if (json === undefined || json === null) return null;
  if (!isObject(json)) throw new BadRecord(`${name} must be an object such as {"stringValue": …}, was ${describe(json)}`);
  const text = get(json, 'stringValue');
  if (text !== undefined) return readText(text, 'stringValue');
  const integer = get(json, 'intValue');
  if (integer !== undefined) return readInteger(integer, 'intValue', MIN_INT64, MAX_INT64);
  const boolean = get(json, 'boolValue');
  if (boolean !== undefined) return readBoolean(boolean, 'boolValue');
  const double = get(json, 'doubleValue');
  if (double !== undefined) return readDouble(double, 'doubleValue');
  const array = get(json, 'arrayValue');
  if (array !== undefined) return readValues(array, 'arrayValue').map((element) => readAnyValue(element, 'an array element', depth + 1));
  const list = get(json, 'kvlistValue');
  if (list !== undefined) {
    const object: Row = {};
    readKeyValues(readValues(list, 'kvlistValue'), 'values', object, depth + 1);
    return object;
  }
  const bytes = get(json, 'bytesValue');
  return bytes === undefined ? null : readBase64(bytes);
}

function readValues(json: unknown, name: string): readonly unknown[] {
  if (!isObject(json)) throw new BadRecord(`${name} must be an object, was ${describe(json)}`);
  return readArray(json['values'] ?? [], 'values');
}

function readBase64(json: unknown): Uint8Array {
  const text = readText(json, 'bytesValue');
  if (!/^[\w+/-]*={0,2}$/.test(text)) throw new BadRecord(`bytesValue must be base64, was ${describe(text)}`);
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function isObject(json: unknown): json is Row {
  return json !== null && typeof json === 'object' && !Array.isArray(json);
}

/** The value under a camelCase name or the same in snake_case. `null` means absent, as in all protobuf JSON. */
function get(json: Row, name: string): unknown {
  return json[name] ?? json[snakeName(name)] ?? undefined;
}

const snakeNames = new Map<string, string>();

function snakeName(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) snakeNames.set(name, (snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));
  return snake;
}

function parse(body: Uint8Array, maxDecodedBytes: number): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) throw malformed('The body must be UTF-8, was not.');
  checkSize(bytes, maxDecodedBytes);
  try {
    const text = bytes.toString('utf8');
    // Integers that a double cannot hold: few senders write them as numbers, and keeping their digits makes parsing slow.
    return /[:,[\s]-?\d{16}/.test(text) ? (JSON.parse(text, keepDigits) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformed('The body must be JSON, could not be parsed.');
  }
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return INTEGER.test(source) ? BigInt(source) : value;
}

/** Refuses what would take too much memory before the parser sees it: one byte `[` becomes an object of some fifty. */
function checkSize(bytes: Buffer, maxDecodedBytes: number): void {
  let depth = 0;
  let decodedBytes = bytes.length;
  let inText = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (inText) {
      if (byte === 0x5c) index++;
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x2c) decodedBytes += VALUE_BYTES;
    else if (byte === 0x7b || byte === 0x5b) {
      decodedBytes += CONTAINER_BYTES;
      if (++depth > MAX_JSON_DEPTH) throw malformed(`The body must be nested at most ${MAX_JSON_DEPTH} deep, was deeper.`);
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  if (decodedBytes > maxDecodedBytes) throw tooLarge('The parsed body must fit into maxDecodedBytes, would not.');
}
