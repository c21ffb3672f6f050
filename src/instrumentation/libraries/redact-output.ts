/**
 * What an application's logger is about to print, without secrets, for `SIGNALBOX_REDACT_APP_LOGS`. What holds none is passed on as
 * it is: the same object.
 */
import { redactAttribute } from '../../redaction/redact-attribute.ts';
import { redactLine } from '../../redaction/redact-line.ts';
import { attempt } from '../../runtime/contain.ts';
import { MAX_STRING_LENGTH } from '../../values/limits.ts';
import { toPlain, type PlainMap, type PlainValue } from '../../values/plain-value.ts';
import { replaceFunction } from './replace-function.ts';

type Fields = Record<string | symbol, unknown>;

const MESSAGE = Symbol.for('message');
const SPLAT = Symbol.for('splat');
/** What loggers write themselves. */
const OWN_FIELDS = new Set(['level', 'time', 'timestamp', 'pid', 'hostname', 'v', 'trace_id', 'span_id', 'trace_flags']);

/** Put redacted values in the place of those of a record that belongs to nobody else. */
export function redactRecord(record: Fields): void {
  const redacted = redactedFields(record);
  for (const name of Object.keys(redacted)) record[name] = redacted[name];
}

/** `info` of winston, with the line that transports print; a copy where something is redacted. */
export function redactInfo<T>(info: T): T {
  if (typeof info !== 'object' || info === null) return info;
  const fields = info as unknown as Fields;
  const changed: Fields = redactedFields(fields);
  for (const name of ['message', 'stack']) {
    const text = fields[name];
    if (typeof text === 'string' && !Object.hasOwn(changed, name)) changed[name] = redactAttribute('', text) ?? '';
    if (changed[name] === text) delete changed[name];
  }
  const line = fields[MESSAGE];
  const redacted = typeof line === 'string' ? redactLine(line) : line;
  if (redacted !== line) changed[MESSAGE] = redacted;
  const given = fields[SPLAT];
  const args = Array.isArray(given) ? given.map(redactArgument) : [];
  if (args.some((each, at) => each !== (given as unknown[])[at])) changed[SPLAT] = args;
  return Reflect.ownKeys(changed).length === 0 ? info : copyWith(info, changed);
}

/** Formats may put it into the line once more. */
function redactArgument(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const changed = given instanceof Error ? {} : redactedFields(given as Fields);
  return Object.keys(changed).length === 0 ? given : copyWith(given, changed);
}

function copyWith<T>(object: T, changed: Fields): T {
  const descriptors = Object.getOwnPropertyDescriptors(object) as Record<string | symbol, PropertyDescriptor>;
  for (const name of Reflect.ownKeys(changed)) {
    const { enumerable = true } = descriptors[name] ?? {};
    descriptors[name] = { value: changed[name], enumerable, writable: true, configurable: true };
  }
  return Object.create(Object.getPrototypeOf(object) as object, descriptors as PropertyDescriptorMap) as T;
}

/** Those fields alone that are to be others. */
function redactedFields(record: Fields): Fields {
  const plain: Record<string, PlainValue> = {};
  for (const name of Object.keys(record)) {
    const value = OWN_FIELDS.has(name) ? undefined : plainOf(attempt(() => record[name]));
    if (value !== undefined && name !== '__proto__') plain[name] = value;
  }
  const together = redactAttribute('', plain) as PlainMap | undefined;
  const changed: Fields = {};
  for (const [name, before] of Object.entries(plain)) {
    const after = together !== undefined && Object.hasOwn(together, name) ? together[name] : redactAttribute(name, before);
    if (!isSame(before, after)) changed[name] = record[name] instanceof Error ? redactError(record[name], after as PlainMap) : after;
  }
  return changed;
}

/** As it would be printed. */
function plainOf(value: unknown): PlainValue | undefined {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Error) return toPlain(value, MAX_STRING_LENGTH);
  const json = attempt(() => JSON.stringify(value));
  return typeof json === 'string' ? (JSON.parse(json) as PlainValue) : toPlain(value, MAX_STRING_LENGTH);
}

function isSame(before: PlainValue, after: PlainValue | undefined): boolean {
  if (typeof before !== 'object') return before === after;
  const text = (value: unknown): unknown => JSON.stringify(value, (_name, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
  return text(before) === text(after);
}

/** Of the same class, with other texts. */
function redactError(error: Error, { message, stack, ...rest }: PlainMap): Error {
  const changed: Fields = {};
  if (typeof message === 'string') changed['message'] = message;
  if (typeof stack === 'string') changed['stack'] = stack;
  for (const name of Object.keys(rest)) if (Object.hasOwn(error, name)) changed[name] = rest[name];
  for (const name of Object.keys(error)) {
    if (name in changed || name === '__proto__') continue;
    const before = plainOf((error as unknown as Fields)[name]);
    if (before !== undefined) changed[name] = redactAttribute(name, before);
  }
  return copyWith(error, changed);
}

interface Format {
  transform(info: unknown, options?: unknown): unknown;
}
type Transport = object & { format?: Format };

/** Transports of winston may have a format of their own, which runs last: what it makes is redacted too. */
export function followFormats(transports: readonly object[]): void {
  for (const transport of transports)
    for (const name of ['_write', '_writev']) {
      const owner = ownerOf(transport, name);
      if (owner !== undefined) replaceFunction(owner, name, withRedactedFormat);
    }
}

function ownerOf(object: object, name: string): object | undefined {
  for (let each: object | null = object; each !== null; each = Object.getPrototypeOf(each) as object | null)
    // The streams of Node.js itself have methods of these names.
    if (Object.hasOwn(each, name)) return '_accept' in each ? each : undefined;
  return undefined;
}

function withRedactedFormat(original: Function): Function {
  return function write(this: Transport, ...args: unknown[]): unknown {
    const { format } = this;
    if (typeof format?.transform !== 'function') return Reflect.apply(original, this, args);
    const isReplaced = attempt(() => {
      this.format = Object.create(format, {
        transform: { value: (info: unknown, options: unknown) => redactInfo(format.transform(info, options)) },
      }) as Format;
      return true;
    }, false);
    try {
      return Reflect.apply(original, this, args);
    } finally {
      if (isReplaced) this.format = format;
    }
  };
}
