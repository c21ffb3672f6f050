/** The fields of a record, plain, bounded and redacted: those that are bound, and those of the logger and the call. */
import { globalFields, type LogFields, type LogScope } from '../../context/log-context.ts';
import { redactAttribute } from '../../redaction/redact-attribute.ts';
import { redactionVersion } from '../../redaction/redaction-version.ts';
import { attemptKeys } from '../../runtime/contain.ts';
import { setProperty, toPlain, type PlainMap, type PlainValue } from '../../values/plain-value.ts';
import { read } from '../../values/read-properties.ts';
import { errorMap, isError, loggedError } from './logged-error.ts';
import type { LogCall } from './read-call.ts';
import { fieldName } from './remembered.ts';

/** Fields that are being gathered. */
interface Gathered {
  readonly fields: Record<string, PlainValue>;
  readonly maxLength: number;
  /** One of them may say that another is secret. */
  tells: boolean;
}

const MAX_FIELDS = 256;
/** Fields whose error is the error of the record. */
const ERROR_FIELDS = new Set(['err', 'error', 'exception']);
const NO_FIELDS: PlainMap = {};
const { keys } = Object;

/** @param maxLength - of each text, in characters. */
export function fieldsOf(scope: LogScope | undefined, bindings: readonly object[], call: LogCall, maxLength: number): PlainMap {
  const bound = boundFields(scope, maxLength);
  const own = ownFields(bindings, call, maxLength);
  if (own === NO_FIELDS) return bound;
  return bound === NO_FIELDS ? own : { ...bound, ...own };
}

/** Made plain once for many records: a scope replaces its fields when they change. */
let plainFields = new WeakMap<LogFields, PlainMap>();
let plainVersion = redactionVersion.current;

/** They seldom change. */
let lastGlobal: LogFields | undefined;
let lastPlain = NO_FIELDS;

function boundFields(scope: LogScope | undefined, maxLength: number): PlainMap {
  const global = globalFields();
  if (global !== lastGlobal || plainVersion !== redactionVersion.current) {
    lastPlain = plainOf(global, maxLength);
    lastGlobal = global;
  }
  const all = lastPlain;
  if (scope === undefined) return all;
  const own = plainOf(scope.fields, maxLength);
  return all === NO_FIELDS ? own : { ...all, ...own };
}

function plainOf(bound: LogFields, maxLength: number): PlainMap {
  if (plainVersion !== redactionVersion.current) {
    plainVersion = redactionVersion.current;
    plainFields = new WeakMap();
  }
  let plain = plainFields.get(bound);
  if (plain === undefined) {
    const gathered: Gathered = { fields: {}, maxLength, tells: false };
    for (const name of keys(bound)) addField(gathered, name, read(bound, name));
    plain = keys(gathered.fields).length === 0 ? NO_FIELDS : finish(gathered);
    plainFields.set(bound, plain);
  }
  return plain;
}

/** What the logger and the call bring. Finds the error of the record among it. */
function ownFields(bindings: readonly object[], call: LogCall, maxLength: number): PlainMap {
  const { given, others, tookMessage } = call;
  if (bindings.length === 0 && given.length === 0 && others.length === 0) return NO_FIELDS;
  const gathered: Gathered = { fields: {}, maxLength, tells: false };
  for (const object of bindings) addFields(gathered, object, call);
  for (const object of given) addFields(gathered, object, call, tookMessage && object === given[0] ? 'message' : undefined);
  if (others.length > 0) addField(gathered, 'args', others);
  return finish(gathered);
}

function addFields(gathered: Gathered, object: object, call: LogCall, skipped?: string): void {
  const names = attemptKeys(object);
  const count = Math.min(names.length, MAX_FIELDS);
  for (let i = 0; i < count; i++) {
    const name = names[i] as string;
    if (name === skipped) continue;
    const value = read(object, name);
    if (typeof value === 'object' && value !== null && isTheError(call, name, value)) continue;
    addField(gathered, name, value);
  }
}

function isTheError(call: LogCall, name: string, value: object): boolean {
  if (call.error === undefined && ERROR_FIELDS.has(name) && isError(value)) call.error = value;
  return value === call.error;
}

/** Each is redacted by its name, which is much less work than all together. */
function addField(gathered: Gathered, given: string, value: unknown): void {
  const { fields, maxLength } = gathered;
  const plain = typeof value === 'object' && isError(value) ? errorMap(loggedError(value, maxLength)) : toPlain(value, maxLength);
  if (plain === undefined) return;
  const { name, tells } = fieldName(given);
  if (tells) gathered.tells = true;
  const redacted = tells ? plain : redactAttribute(name, plain);
  if (redacted !== undefined) setProperty<PlainValue>(fields, name, redacted);
}

function finish({ fields, tells }: Gathered): PlainMap {
  return tells ? ((redactAttribute('', fields) ?? NO_FIELDS) as PlainMap) : fields;
}
