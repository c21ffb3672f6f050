import type { PlainMap, PlainValue } from './plain-value.ts';

const { is, keys } = Object;

/** A text that is the same for equal values and no others; NaN, the infinities, -0, bytes and texts are told apart. */
export function identityOf(value: PlainValue): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : identityOfObject(value);
    default:
      return String(value);
  }
}

function identityOfObject(value: Uint8Array | readonly PlainValue[] | PlainMap): string {
  if (value instanceof Uint8Array) return `x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  if (Array.isArray(value)) return `[${(value as readonly PlainValue[]).map(identityOf).join()}]`;
  const map = value as PlainMap;
  const fields = keys(map)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${identityOf(map[key] as PlainValue)}`);
  return `{${fields.join()}}`;
}
