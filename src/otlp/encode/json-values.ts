/** What spans, logs and metrics have in common in JSON: times, texts, attributes and their values. */
import type { Attributes, HrTime } from '@opentelemetry/api';
import type { PlainMap, PlainValue } from '../../values/plain-value.ts';
import type { Redact } from '../types.ts';
import { isInt64, redacted } from './attribute-value.ts';
import { MAX_SECONDS } from './otlp-values.ts';

/** Nanoseconds since 1970 in decimal. Negative and invalid times become 0. */
export function nanos([seconds, rest]: HrTime): string {
  if (!(seconds >= 0 && seconds < MAX_SECONDS && rest >= 0)) return '0';
  return String(BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(rest)));
}

/** The same of milliseconds. */
export function nanosOfMs(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return nanos([seconds, Math.round((ms - seconds * 1000) * 1e6)]);
}

/** Lone surrogates become U+FFFD: as escapes they are legal JSON, but strict readers refuse the whole request. */
export function text(value: unknown): string {
  const string = typeof value === 'string' ? value : value == null ? '' : String(value);
  return string.toWellFormed();
}

export function optionalText(value: string | undefined): string | undefined {
  return value ? text(value) : undefined;
}

/** JSON has no NaN and no infinities; the protobuf mapping writes them as these strings. */
export function double(value: number | undefined): number | string | undefined {
  return value === undefined || Number.isFinite(value) ? value : String(value);
}

export function attributesToJson(attributes: Attributes | undefined, redact: Redact): object[] {
  const list: object[] = [];
  for (const key in attributes) {
    if (!Object.hasOwn(attributes, key)) continue;
    const value = redacted(redact, key, attributes[key]);
    if (value === undefined && attributes[key] !== undefined) continue;
    list.push({ key: text(key), value: anyValue(value) });
  }
  return list;
}

export function anyValue(value: PlainValue | undefined): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: text(value) };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: double(value) };
    case 'bigint':
      return isInt64(value) ? { intValue: String(value) } : { stringValue: String(value) };
    case 'object':
      return value === null ? {} : objectValue(value);
    default:
      return {};
  }
}

function objectValue(value: Uint8Array | readonly PlainValue[] | PlainMap): object {
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: (value as readonly PlainValue[]).map(anyValue) } };
  return { kvlistValue: { values: Object.entries(value).map(([key, item]) => ({ key: text(key), value: anyValue(item as PlainValue) })) } };
}
