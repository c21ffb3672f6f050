/** The one redactor that every signal goes through: what of an attribute may leave. */
import { isPasswordArgument, isPasswordBesideUser } from './command-lines.ts';
import { announcesSecret } from './listed-values.ts';
import { redactGraphql } from './redact-graphql.ts';
import { redactQueryText } from './redact-query-text.ts';
import { redactText } from './redact-text.ts';
import { redactPath, redactQuery, redactUrl } from './redact-url.ts';
import { SIGNAL } from './name-table.ts';
import { isKeptName, isOwnSecretName, isPlainValue, isSecretName, secrecyOf, wordsOf } from './secret-names.ts';
import { isCardNumber, REDACTED, redactShapes } from './secret-shapes.ts';
import { MAYBE_ADDRESS, suspicionsOf } from './suspicion.ts';
import { contained } from '../runtime/contain.ts';
import type { PlainMap, PlainValue } from '../values/plain-value.ts';

/** What is done with values under a key. */
type Rule =
  | 'keep'
  | 'kept by name'
  | 'patterns only'
  | 'text'
  | 'few texts'
  | 'measure'
  | 'url'
  | 'url query'
  | 'route'
  | 'database query'
  | 'graphql'
  | 'raw headers'
  | 'hide keys'
  | 'hide text'
  | 'hide';

/** Keys of the semantic conventions that are on most records and whose values are enums, numbers or ids: not looked at. */
const KEPT = new Set(
  `http.request.method http.response.status_code http.method http.status_code http.flavor http.scheme http.request.body.size
  http.response.body.size url.scheme server.port client.port network.peer.port network.protocol.version network.transport
  network.type net.host.port net.peer.port db.system db.system.name db.response.status_code messaging.system
  messaging.operation.type rpc.system rpc.grpc.status_code rpc.response.status_code code.file.path code.filepath
  code.line.number code.lineno code.column.number thread.id session.id session.previous_id mcp.session.id trace_id span_id trace_flags trace.id span.id traceId
  spanId telemetry.sdk.name telemetry.sdk.language telemetry.sdk.version gen_ai.token.type`.split(/\s+/),
);

/** Keys that are on most records too, whose values are few and mostly harmless: each is looked at once. */
const FEW_VALUES = new Set(
  `http.route server.address net.host.name net.peer.name network.peer.address network.protocol.name error.type exception.type
  db.namespace db.name db.collection.name db.operation.name db.operation messaging.operation.name rpc.service rpc.method
  code.function code.function.name thread.name service.name service.version service.namespace service.instance.id
  deployment.environment.name event.name gen_ai.operation.name gen_ai.provider.name gen_ai.request.model
  gen_ai.response.model`.split(/\s+/),
);
const harmlessTexts = new Set<string>();
const harmlessRoutes = new Set<string>();
const MAX_HARMLESS = 1000;
const MAX_HARMLESS_LENGTH = 128;

const URL_WORD = /\b(?:urls?|uri|href|path|target|referr?er|location|endpoint)$|^http request header origin$|^url (?:full|path|original)$/;
/** What has spaces and does not begin so is a sentence, in which a URL may stand. */
const URL_START = /^(?:[a-z][a-z0-9+.-]{0,31}:)?\//i;
/** `query` may be a database's or a URL's; no statement begins so. */
const URL_QUERY_START = /^\??[\w.[\]%-]{1,64}=/;
const QUERY_STRING_WORD =
  /^(?:url|http|req|request) (?:query|search)$|^url fragment$|\b(?:query ?string|query ?params|search ?params)$|^qs$/;
const DATABASE_WORD =
  /\b(?:statement|stmt|sql|sql (?:query|text)|query text)$|^query$|\b(?:db|sql|prisma|pg|postgres|mysql|mongo|mongodb|redis|database) (?:query|command)$/;
const GRAPHQL_WORD = /\b(?:graphql|gql) (?:source|document|query)$/;
/** Values that were bound to a statement, one under each key or all together. */
const BOUND_VALUES =
  /\b(?:db|sql|pg|mysql|sqlite|mssql|knex|typeorm|sequelize|drizzle|prisma|query|statement)\b(?:.*) (?:parameters?|params|values|bindings?|binds?)(?: \w+){0,3}$|^graphql(?: operation)? variables\b|^bindings$/;
/** The same beside a statement in one object. */
const BOUND_BESIDE = /^(?:parameters?|params|values|bindings?|binds?|args|variables)$/;
/** Numbers that may have as many digits as a card. */
const MEASURE_WORD = /\b(?:[nuµm]s|nanos|micros|millis|seconds|bytes|time|timestamp|duration|elapsed|offset|size|count|total)$/;

/** Fields that hold a name, and those that hold the value that goes with it: `{ name: 'password', value: '…' }`. */
const LABEL_FIELD = /^(?:name|key|header|field|param|parameter|property|label|k)$/i;
/** What may be a name, and no sentence. */
const NAME = /^[\p{L}_$@][\p{L}\p{N}_.$ -]{0,63}$/u;
const VALUE_FIELD = /^(?:values?|val|v|content|data)$/i;

/** What is done with values under a name that makes so much of them secret. */
const HIDING = { 'text like a key': 'hide keys', text: 'hide text', 'text and numbers': 'hide' } as const;

const MAX_KEY_LENGTH = 256;
const MAX_KEYS = 2000;

const isArray: (value: object) => value is readonly PlainValue[] = Array.isArray;

const rules = new Map<string, Rule>();

/**
 * What of an attribute may leave: the value itself, a redacted copy, or undefined when it cannot be told.
 *
 * Never throws and never changes `value`. Under a secret name everything but booleans goes (numbers stay where they are
 * counts, as under `tokens`); URLs lose their query values and user info, database queries their literals; every other
 * text goes through `redactText`. Arrays and maps are copied, redacted by their own keys. An empty key stands for text that
 * has none: a log's body, a status' message.
 */
export function redactAttribute(key: string, value: PlainValue): PlainValue | undefined {
  try {
    const rule = ruleOfKey(key);
    if (rule === 'keep') return value;
    return redactValue(rule, value);
  } catch (error) {
    contained(`redacting the attribute ${JSON.stringify(key)}`, error);
    return undefined;
  }
}

/** Text that goes wherever it stands, whatever the key. */
let ownPatterns: readonly RegExp[] = [];

/** Each matches `REDACTED` first, which stays. */
export function setOwnPatterns(patterns: readonly RegExp[]): void {
  ownPatterns = patterns;
}

/** When keys are judged otherwise from now on. */
export function forgetRules(): void {
  rules.clear();
  harmlessTexts.clear();
  harmlessRoutes.clear();
}

function ruleOfKey(key: string): Rule {
  return rules.get(key) ?? learnRule(key);
}

function learnRule(key: string): Rule {
  const rule = ruleOf(key.slice(-MAX_KEY_LENGTH));
  if (key.length <= MAX_KEY_LENGTH) {
    if (rules.size === MAX_KEYS) rules.clear();
    rules.set(key, rule);
  }
  return rule;
}

function ruleOf(key: string): Rule {
  if (isOwnSecretName(key)) return 'hide';
  if (isKeptName(key)) return 'kept by name';
  if (KEPT.has(key)) return ownPatterns.length > 0 ? 'patterns only' : 'keep';
  const secrecy = secrecyOf(key);
  if (secrecy !== 'none') return HIDING[secrecy];
  if (key === 'http.route') return 'route';
  if (FEW_VALUES.has(key)) return 'few texts';
  const words = wordsOf(key);
  if (GRAPHQL_WORD.test(words)) return 'graphql';
  if (BOUND_VALUES.test(words)) return 'hide';
  if (QUERY_STRING_WORD.test(words)) return 'url query';
  if (DATABASE_WORD.test(words)) return 'database query';
  if (/\braw ?headers$/.test(words)) return 'raw headers';
  if (MEASURE_WORD.test(words)) return 'measure';
  return URL_WORD.test(words) ? 'url' : 'text';
}

function redactString(rule: Rule, text: string): string {
  const redacted = text === '' ? text : redactByRule(rule, text);
  return ownPatterns.length === 0 ? redacted : redactOwn(redacted);
}

function redactOwn(text: string): string {
  return ownPatterns.reduce((rest, pattern) => rest.replace(pattern, REDACTED), text);
}

/** An address by itself is readable under a name that is to stay so. */
const EMAIL = /^[^\s@:/]{1,64}@[^\s@:/]{1,255}$/;

function redactByRule(rule: Rule, text: string): string {
  switch (rule) {
    case 'patterns only':
      return text;
    case 'kept by name':
      return EMAIL.test(text) ? redactShapes(text, suspicionsOf(text) & ~MAYBE_ADDRESS) : redactText(text);
    case 'hide':
      return REDACTED;
    case 'hide text':
      return SIGNAL.test(text) ? text : REDACTED;
    case 'hide keys':
      return isPlainValue(text) && redactText(text) === text ? text : REDACTED;
    case 'url':
      return redactUrlOrSentence(text);
    case 'url query':
      return redactQuery(text);
    case 'database query':
      return URL_QUERY_START.test(text.trimStart()) ? redactQuery(text) : redactQueryText(text);
    case 'graphql':
      return redactGraphql(text);
    case 'route':
      return redactOnce(text, harmlessRoutes, redactRoute);
    case 'few texts':
      return redactOnce(text, harmlessTexts, redactText);
    default:
      return redactText(text);
  }
}

/** A sentence in which a URL may stand, or which is one without what was removed from it. */
function redactUrlOrSentence(text: string): string {
  if (!text.includes(' ') || URL_START.test(text)) {
    const redacted = redactUrl(text);
    // Without what was removed, its parts may begin and end elsewhere.
    return redacted === text ? text : redactUrl(redacted);
  }
  const redacted = redactText(text);
  return redacted !== text && URL_START.test(redacted) ? redactUrl(redacted) : redacted;
}

/** `/users/:id?` has no query, and `/token:refresh` no value. */
function redactRoute(route: string): string {
  return /\?[\w.-]+=/.test(route) ? redactUrl(route) : redactPath(route);
}

function redactOnce(text: string, harmless: Set<string>, redact: (text: string) => string): string {
  if (harmless.has(text)) return text;
  const redacted = redact(text);
  if (redacted === text && text.length <= MAX_HARMLESS_LENGTH) {
    if (harmless.size === MAX_HARMLESS) harmless.clear();
    harmless.add(text);
  }
  return redacted;
}

function redactValue(rule: Rule, value: PlainValue): PlainValue {
  switch (typeof value) {
    case 'string':
      return redactString(rule, value);
    case 'number':
    case 'bigint':
      return redactNumber(rule, value);
    case 'object':
      if (value === null) return null;
      if (value instanceof Uint8Array) return redactBytes(rule, value);
      return isArray(value) ? redactArray(rule, value) : redactFields(rule, value as PlainMap);
    default:
      return value;
  }
}

function redactNumber(rule: Rule, value: number | bigint): PlainValue {
  if (rule === 'hide') return REDACTED;
  if (ownPatterns.length > 0 && rule !== 'patterns only' && redactOwn(String(value)) !== String(value)) return REDACTED;
  return value >= 1e12 && rule !== 'measure' && isCardNumber(String(value)) ? REDACTED : value;
}

function redactArray(rule: Rule, items: readonly PlainValue[]): PlainValue[] {
  const copy: PlainValue[] = [];
  for (let i = 0; i < items.length; i++) {
    const before = items[i - 1];
    const isSecret =
      typeof before === 'string' &&
      (rule === 'raw headers' ? i % 2 === 1 && isSecretName(before) : announces(before, items, i) || isPassword(before, items, i));
    copy.push(redactValue(isSecret ? 'hide' : rule, items[i] as PlainValue));
  }
  return copy;
}

/** `['mysql', '-p', '…']`, `['curl', '-u', 'ann:…']` */
function isPassword(before: string, items: readonly PlainValue[], at: number): boolean {
  const [program] = items;
  const argument = items[at];
  if (typeof program !== 'string' || typeof argument !== 'string') return false;
  return isPasswordArgument(program, before, argument) || (/^-p$/i.test(before) && isPasswordBesideUser(items, at));
}

/** `['--token', '…']`, `['Authorization', '…']` and, where the two are all there is, `['password', '…']`. */
function announces(before: string, items: readonly PlainValue[], at: number): boolean {
  return (
    announcesSecret(before) || (at === 1 && items.length === 2 && NAME.test(before) && !before.includes(REDACTED) && isSecretName(before))
  );
}

function redactFields(rule: Rule, fields: PlainMap): PlainMap {
  const copy: Record<string, PlainValue> = {};
  const keys = Object.keys(fields);
  const isLabelled = keys.some((key) => LABEL_FIELD.test(key) && typeof fields[key] === 'string' && isSecretName(fields[key]));
  const hasStatement = keys.some((key) => typeof fields[key] === 'string' && ruleOfKey(key) === 'database query');
  for (const key of keys) {
    if (key === '__proto__') continue; // would set it
    const isHidden = (isLabelled && VALUE_FIELD.test(key)) || (hasStatement && BOUND_BESIDE.test(key));
    copy[/[@_-]|\d{13}/.test(key) ? redactText(key) : key] = redactValue(
      isHidden ? 'hide' : ruleInside(rule, key),
      fields[key] as PlainValue,
    );
  }
  return copy;
}

/** Everything inside something secret is secret, and so is everything that was asked for or bound by name. */
function ruleInside(rule: Rule, key: string): Rule {
  if (rule === 'hide' || rule === 'url query' || rule === 'database query') return 'hide';
  if (rule === 'hide text' || rule === 'hide keys') return rule;
  const own = ruleOfKey(key);
  return own === 'keep' || own === 'patterns only' ? 'text' : own;
}

/** Bytes cannot be redacted in place: they go when they are text that would be. */
function redactBytes(rule: Rule, bytes: Uint8Array): PlainValue {
  if (rule === 'hide' || rule === 'hide text' || rule === 'hide keys') return REDACTED;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return redactString('text', text) === text ? bytes : REDACTED;
}
