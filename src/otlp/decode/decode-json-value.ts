/** KeyValue and AnyValue in JSON, of which attributes and bodies consist. */
import { get, isObject, MAX_INT64, MIN_INT64, readArray, readBoolean, readDouble, readInteger, readText } from './json-scalars.ts';
import { BadRecord, describe } from './refusal.ts';
import { MAX_VALUE_DEPTH, setKey, type Row } from './schema.ts';

export function readKeyValues(json: unknown, name: string, target: Row, depth: number): void {
  for (const pair of readArray(json, name)) {
    if (!isObject(pair)) throw new BadRecord(`an element of ${name} must be an object, was ${describe(pair)}`);
    const key = readText(pair['key'] ?? '', 'key');
    setKey(target, key, readAnyValue(pair['value'], 'value', depth));
  }
}

export function readAnyValue(json: unknown, name: string, depth: number): unknown {
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
