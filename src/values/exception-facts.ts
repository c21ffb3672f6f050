/** Type, message and stack of something thrown. */
import { MAX_STRING_LENGTH } from './limits.ts';
import { readEach } from './read-properties.ts';
import { cleanBigInt } from './strings.ts';

/** What is known of something thrown; `undefined` when there is nothing to tell. */
export interface ExceptionFacts {
  readonly type: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}

const EXCEPTION_FIELDS = ['code', 'name', 'message', 'stack'] as const;

/** The error's code stands before its name as its type, as in the official SDK. */
export function exceptionFacts(exception: unknown): ExceptionFacts | undefined {
  switch (typeof exception) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint': {
      const message = text(exception);
      return message === undefined ? undefined : { type: undefined, message, stack: undefined };
    }
    case 'object':
    case 'function': {
      if (exception === null) return undefined;
      const { code, name, message, stack } = readEach(exception, EXCEPTION_FIELDS);
      const facts = { type: (code ? text(code) : undefined) ?? text(name), message: text(message), stack: text(stack) };
      return facts.type !== undefined || facts.message !== undefined || facts.stack !== undefined ? facts : undefined;
    }
    default:
      return undefined;
  }
}

/** A number or a text that says something. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'bigint') return String(cleanBigInt(value, MAX_STRING_LENGTH));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
