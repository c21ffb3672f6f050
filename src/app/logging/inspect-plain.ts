/** A value inside of a message: texts as they are, errors by type and message, what has levels as JSON. Never throws. */
import { toPlain } from '../../values/plain-value.ts';
import { jsonOf } from './json-text.ts';
import { isError, loggedError } from './logged-error.ts';

export function inspectPlain(value: unknown, maxLength: number): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'function') return '[function]';
  if (typeof value === 'symbol') return '[symbol]';
  if (isError(value)) {
    const { type, message } = loggedError(value, maxLength);
    return message === '' ? type : `${type}: ${message}`;
  }
  const plain = toPlain(value, maxLength);
  if (typeof plain === 'object' && plain !== null) return jsonOf(plain).slice(0, maxLength);
  return plain === undefined ? '[object]' : String(plain);
}
