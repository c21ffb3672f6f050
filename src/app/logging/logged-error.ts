/** Errors as they are logged: type, message, stack, code, own fields, causes; plain, bounded and redacted. Never throws. */
import { types } from 'node:util';
import { redactAttribute } from '../../redaction/redact-attribute.ts';
import { attempt } from '../../runtime/contain.ts';
import { setProperty, toPlain, type PlainMap, type PlainValue } from '../../values/plain-value.ts';
import { read } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';
import type { LoggedError } from './record.ts';

const MAX_CAUSES = 8;
const MAX_ERRORS = 8;
const MAX_FIELDS = 32;
const MAX_KEY_LENGTH = 128;
const NOT_FIELDS = new Set(['name', 'message', 'stack', 'code', 'cause', 'errors']);
const { getPrototypeOf, keys } = Object;

/** Also one of another realm, or a `DOMException`. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  return attempt(() => types.isNativeError(value) || value instanceof Error, false);
}

/** @param maxLength - of each of its texts. */
export function loggedError(error: object, maxLength: number): LoggedError {
  return walk(error, maxLength, []) as LoggedError;
}

function walk(error: object, maxLength: number, above: readonly object[]): LoggedError | undefined {
  if (above.includes(error) || above.length > MAX_CAUSES) return undefined;
  const path = [...above, error];
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? redacted(cleanString(value, maxLength)) : undefined);
  const inner = (value: unknown): LoggedError | undefined => (isError(value) ? walk(value, maxLength, path) : undefined);
  const cause = read(error, 'cause');
  const errors = read(error, 'errors');
  const code = read(error, 'code');
  return {
    type: text(typeOf(error)) ?? 'Error',
    message: text(read(error, 'message')) ?? '',
    stack: text(read(error, 'stack')),
    code: typeof code === 'number' ? code : text(code),
    fields: fieldsOf(error, maxLength, isError(cause) ? undefined : cause),
    cause: inner(cause),
    errors: attempt(() => (Array.isArray(errors) ? errors.slice(0, MAX_ERRORS).flatMap((each) => inner(each) ?? []) : []), []),
  };
}

/** `PaymentError` for a class that gave itself no name. */
function typeOf(error: object): unknown {
  const name = read(error, 'name');
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  const constructor = read(error, 'constructor');
  const className = typeof constructor === 'function' ? read(constructor, 'name') : undefined;
  return typeof className === 'string' && className !== '' ? className : name;
}

/** Plain data alone: clients hang requests, responses and sockets on errors. */
function fieldsOf(error: object, maxLength: number, cause: unknown): PlainMap | undefined {
  const fields: Record<string, PlainValue> = {};
  const add = (name: string, value: unknown): void => {
    const plain = value === undefined || !isPlainData(value) ? undefined : toPlain(value, maxLength);
    const kept = plain === undefined ? undefined : redactAttribute(name, plain);
    if (kept !== undefined) setProperty<PlainValue>(fields, cleanString(name, MAX_KEY_LENGTH), kept);
  };
  // What was thrown on may be anything.
  add('cause', cause);
  for (const name of attempt(() => keys(error).slice(0, MAX_FIELDS), [])) if (!NOT_FIELDS.has(name)) add(name, read(error, name));
  return keys(fields).length === 0 ? undefined : fields;
}

function isPlainData(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return attempt(() => {
    const prototype: unknown = getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null || Array.isArray(value) || types.isDate(value) || isError(value);
  }, false);
}

function redacted(text: string): string {
  return String(redactAttribute('', text) ?? '');
}

/** The whole story in one text, as Java and Node.js tell it. */
export function stackWithCauses(error: LoggedError, depth = 0): string {
  const own = error.stack ?? (error.message === '' ? error.type : `${error.type}: ${error.message}`);
  const inner = (each: LoggedError, title: string): string => `\n${title}: ${stackWithCauses(each, depth + 1)}`;
  return (
    own +
    error.errors.map((each) => inner(each, 'Suppressed')).join('') +
    (error.cause === undefined ? '' : inner(error.cause, 'Caused by'))
  );
}

/** As a field has it. */
export function errorMap({ type, message, stack, code, fields, cause, errors }: LoggedError): PlainMap {
  const map: Record<string, PlainValue> = { type, message };
  if (stack !== undefined) map['stack'] = stack;
  if (code !== undefined) map['code'] = code;
  for (const [name, value] of Object.entries(fields ?? {})) setProperty(map, Object.hasOwn(map, name) ? `own_${name}` : name, value);
  if (cause !== undefined) map['cause'] = errorMap(cause);
  if (errors.length > 0) map['errors'] = errors.map(errorMap);
  return map;
}
