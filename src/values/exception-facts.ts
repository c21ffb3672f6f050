/** Type, message and stack of something thrown. */
import { MAX_STRING_LENGTH } from './limits.ts';
import { read, readEach } from './read-properties.ts';
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

/** The names that classes inherit which set none, and what is no error has. */
const BUILT_IN: ReadonlySet<unknown> = new Set([
  'AggregateError',
  'Error',
  'EvalError',
  'Object',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
]);

/**
 * What `error.type` says of something thrown: its code, else its name or, where that is inherited, the name of its class. Never its
 * message. The code of a `DOMException` is a number that means nothing to anybody. Whoever records it bounds it: codes may have ids
 * in them.
 *
 * @returns `undefined` for what is no object, or has nothing of these.
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/
 */
export function typeOfError(thrown: unknown): string | undefined {
  if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) return undefined;
  const { code, constructor, name } = readEach(thrown, ['code', 'constructor', 'name']);
  const className = typeof constructor === 'function' ? nameIn(read(constructor, 'name')) : undefined;
  const isCode = (typeof code === 'string' || typeof code === 'number') && Boolean(code) && className !== 'DOMException';
  if (isCode) return String(code);
  const ownName = nameIn(name);
  const isInherited = ownName === undefined || (BUILT_IN.has(ownName) && !BUILT_IN.has(className));
  return isInherited ? (className ?? ownName) : ownName;
}

function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number or a text that says something. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'bigint') return String(cleanBigInt(value, MAX_STRING_LENGTH));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
