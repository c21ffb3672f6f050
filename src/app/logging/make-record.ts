/** Makes a record of a call: the ids and the bound fields are those of this very moment, whatever destinations do later. */
import type { Context, SpanContext } from '@opentelemetry/api';
import { activeScope, globalFields, type LogFields } from '../../context/log-context.ts';
import { LEVELS } from '../../names/log-levels.ts';
import { redactAttribute } from '../../redaction/redact-attribute.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { setProperty, toPlain, type PlainMap, type PlainValue } from '../../values/plain-value.ts';
import { read } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';
import { errorMap, isError, loggedError } from './logged-error.ts';
import { readCall } from './read-call.ts';
import type { LogRecord } from './record.ts';

type Fields = Record<string, PlainValue>;

const MAX_FIELDS = 256;
const MAX_KEY_LENGTH = 128;
/** Fields whose error is the error of the record. */
const ERROR_FIELDS = new Set(['err', 'error', 'exception']);
const { keys } = Object;
// Captured, for applications and test runners replace it.
const nowMs = Date.now;

export interface RecordSource {
  readonly logger: string;
  readonly rank: number;
  /** Of the logger and its parents, the weakest first. */
  readonly bindings: readonly object[];
  readonly isAccess?: boolean;
  /** Default: what is active. */
  readonly context?: Context;
}

/** @param maxLength - of each text, in characters. */
export function makeRecord(source: RecordSource, args: readonly unknown[], maxLength: number): LogRecord {
  const context = source.context ?? api.context.active();
  const call = readCall(args, maxLength);
  const fields: Fields = {};
  let { error } = call;
  let count = 0;
  const add = (object: object, skipped?: string): void => {
    for (const name of attempt(() => keys(object), [])) {
      if (name === skipped) continue;
      if (count++ >= MAX_FIELDS) return;
      const value = read(object, name);
      if (error === undefined && ERROR_FIELDS.has(name) && isError(value)) error = value;
      else if (value !== error || error === undefined) addField(fields, name, value, maxLength);
    }
  };
  for (const bindings of source.bindings) add(bindings);
  call.given.forEach((given, index) => add(given, index === 0 && call.tookMessage ? 'message' : undefined));
  if (call.others.length > 0) addField(fields, 'args', call.others, maxLength);
  const logged = error === undefined ? undefined : loggedError(error, maxLength);
  return {
    timeMs: nowMs(),
    level: LEVELS[source.rank] as LogRecord['level'],
    rank: source.rank,
    logger: source.logger,
    isAccess: source.isAccess === true,
    message: messageOf(call.message, maxLength) || (logged?.message ?? ''),
    span: spanOf(context),
    context,
    fields: { ...boundFields(context, maxLength), ...redactedFields(fields) },
    error: logged,
    isCut: call.message.length > maxLength,
  };
}

function messageOf(message: string, maxLength: number): string {
  const redacted = redactAttribute('', cleanString(message, maxLength));
  return typeof redacted === 'string' ? redacted : '';
}

function spanOf(context: Context): SpanContext | undefined {
  return attempt(() => {
    const span = api.trace.getSpanContext(context);
    return span !== undefined && api.isSpanContextValid(span) ? span : undefined;
  });
}

/** Made plain once for many records: a scope replaces its fields when they change. */
const plainFields = new WeakMap<LogFields, PlainMap>();

function boundFields(context: Context, maxLength: number): PlainMap {
  const scope = activeScope(context);
  const all = plainOf(globalFields(), maxLength);
  return scope === undefined ? all : { ...all, ...plainOf(scope.fields, maxLength) };
}

function plainOf(bound: LogFields, maxLength: number): PlainMap {
  let plain = plainFields.get(bound);
  if (plain === undefined) {
    const fields: Fields = {};
    for (const name of keys(bound)) addField(fields, name, read(bound, name), maxLength);
    plainFields.set(bound, (plain = redactedFields(fields)));
  }
  return plain;
}

function addField(fields: Fields, name: string, value: unknown, maxLength: number): void {
  const plain = isError(value) ? errorMap(loggedError(value, maxLength)) : toPlain(value, maxLength);
  if (plain !== undefined) setProperty<PlainValue>(fields, cleanString(name, MAX_KEY_LENGTH), plain);
}

/** All together, for one may say that another is secret: `{ name: 'password', value: '…' }`. */
function redactedFields(fields: Fields): PlainMap {
  return (redactAttribute('', fields) ?? {}) as PlainMap;
}
