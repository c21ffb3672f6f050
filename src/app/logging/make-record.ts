/** Makes a record of a call: the ids and the bound fields are those of this very moment, whatever destinations do later. */
import type { Context, SpanContext } from '@opentelemetry/api';
import { activeScope, globalFields, type LogFields, type LogScope } from '../../context/log-context.ts';
import { LEVELS } from '../../names/log-levels.ts';
import { redactAttribute } from '../../redaction/redact-attribute.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { setProperty, toPlain, type PlainMap, type PlainValue } from '../../values/plain-value.ts';
import { read } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';
import { errorMap, isError, loggedError } from './logged-error.ts';
import { readCall, type LogCall } from './read-call.ts';
import type { LogRecord } from './record.ts';

type Fields = Record<string, PlainValue>;

const MAX_FIELDS = 256;
const MAX_KEY_LENGTH = 128;
/** Fields whose error is the error of the record. */
const ERROR_FIELDS = new Set(['err', 'error', 'exception']);
const NO_FIELDS: PlainMap = {};
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
  /** Default: that of the context. */
  readonly scope?: LogScope | undefined;
}

/** @param maxLength - of each text, in characters. */
export function makeRecord(source: RecordSource, args: readonly unknown[], maxLength: number): LogRecord {
  const context = source.context ?? api.context.active();
  const call = readCall(args, maxLength);
  const bound = boundFields(source.scope ?? activeScope(context), maxLength);
  const own = ownFields(source.bindings, call, maxLength);
  const error = call.error === undefined ? undefined : loggedError(call.error, maxLength);
  return {
    timeMs: nowMs(),
    level: LEVELS[source.rank] as LogRecord['level'],
    rank: source.rank,
    logger: source.logger,
    isAccess: source.isAccess === true,
    message: messageOf(call.message, maxLength) || (error?.message ?? ''),
    span: spanOf(context),
    context,
    fields: own === NO_FIELDS ? bound : bound === NO_FIELDS ? own : { ...bound, ...own },
    error,
    isCut: call.message.length > maxLength,
  };
}

function messageOf(message: string, maxLength: number): string {
  const redacted = redactAttribute('', cleanString(message, maxLength));
  return typeof redacted === 'string' ? redacted : '';
}

/** Lines of one operation have the same. */
let lastSpan: SpanContext | undefined;

function spanOf(context: Context): SpanContext | undefined {
  return attempt(() => {
    const span = api.trace.getSpan(context)?.spanContext();
    if (span === undefined || span === lastSpan) return span;
    return api.isSpanContextValid(span) ? (lastSpan = span) : undefined;
  });
}

/** Made plain once for many records: a scope replaces its fields when they change. */
const plainFields = new WeakMap<LogFields, PlainMap>();

function boundFields(scope: LogScope | undefined, maxLength: number): PlainMap {
  const all = plainOf(globalFields(), maxLength);
  if (scope === undefined) return all;
  const own = plainOf(scope.fields, maxLength);
  return all === NO_FIELDS ? own : { ...all, ...own };
}

/** Also the bindings of a logger, which stay the same. */
function plainOf(bound: LogFields, maxLength: number): PlainMap {
  let plain = plainFields.get(bound);
  if (plain === undefined) {
    const fields: Fields = {};
    for (const name of keys(bound)) addField(fields, name, read(bound, name), maxLength);
    plain = keys(fields).length === 0 ? NO_FIELDS : redactedFields(fields);
    plainFields.set(bound, plain);
  }
  return plain;
}

/** What the logger and the call bring. Finds the error of the record among it. */
function ownFields(bindings: readonly object[], call: LogCall, maxLength: number): PlainMap {
  const { given, others, tookMessage } = call;
  if (bindings.length === 0 && given.length === 0 && others.length === 0) return NO_FIELDS;
  const fields: Fields = {};
  for (const object of bindings) addFields(fields, object, call, maxLength);
  for (const object of given) addFields(fields, object, call, maxLength, tookMessage && object === given[0] ? 'message' : undefined);
  if (others.length > 0) addField(fields, 'args', others, maxLength);
  return redactedFields(fields);
}

function addFields(fields: Fields, object: object, call: LogCall, maxLength: number, skipped?: string): void {
  const names = attempt(() => keys(object), []);
  const count = Math.min(names.length, MAX_FIELDS);
  for (let i = 0; i < count; i++) {
    const name = names[i] as string;
    if (name === skipped) continue;
    const value = read(object, name);
    if (typeof value === 'object' && value !== null && isTheError(call, name, value)) continue;
    addField(fields, name, value, maxLength);
  }
}

function isTheError(call: LogCall, name: string, value: object): boolean {
  if (call.error === undefined && ERROR_FIELDS.has(name) && isError(value)) call.error = value;
  return value === call.error;
}

function addField(fields: Fields, name: string, value: unknown, maxLength: number): void {
  const plain = typeof value === 'object' && isError(value) ? errorMap(loggedError(value, maxLength)) : toPlain(value, maxLength);
  if (plain !== undefined) setProperty<PlainValue>(fields, cleanString(name, MAX_KEY_LENGTH), plain);
}

/** What one field may say about another: `{ name: 'password', value: '…' }`, a statement and its values; and what a name may hold. */
const TELLS = /name|key|header|field|param|property|label|statement|stmt|sql|query|command|^k$|[@-]|\d{13}|__proto__/i;
const tellsByName = new Map<string, boolean>();
const MOST_NAMES = 2000;

function tells(name: string): boolean {
  let found = tellsByName.get(name);
  if (found === undefined) {
    found = TELLS.test(name) || redactAttribute('', name) !== name;
    if (tellsByName.size >= MOST_NAMES) tellsByName.clear();
    tellsByName.set(name, found);
  }
  return found;
}

/** All together where one may say that another is secret, otherwise each by its name, which is much less work. */
function redactedFields(fields: Fields): PlainMap {
  for (const name in fields) if (tells(name)) return (redactAttribute('', fields) ?? NO_FIELDS) as PlainMap;
  for (const name in fields) {
    const redacted = redactAttribute(name, fields[name] as PlainValue);
    if (redacted === undefined) delete fields[name];
    else fields[name] = redacted;
  }
  return fields;
}
