/** What both encoders agree on about values. */
import { contained } from '../../runtime/contain.ts';
import type { PlainValue } from '../../values/plain-value.ts';
import type { Redact } from '../types.ts';

/** The text that may leave, such as a name; empty when the redactor throws or drops it. */
export function redactedText(redact: Redact, value: string | undefined): string {
  if (!value) return '';
  const text = redacted(redact, '', value);
  return text === undefined || text === null ? '' : String(text);
}

/** The value that may leave, or undefined. A redactor that throws drops the value. */
export function redacted(redact: Redact, key: string, value: unknown): PlainValue | undefined {
  try {
    // The providers have made it plain.
    return redact(key, value as PlainValue);
  } catch (error) {
    contained('redacting', error);
    return undefined;
  }
}

/** Whether a bigint fits an int64. */
export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
