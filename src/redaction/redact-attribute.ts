/** The one redactor that every signal goes through: what of an attribute may leave. */
import { ruleInside, ruleOfKey, type Rule } from './attribute-rule.ts';
import { hasOwnPatterns, redactOwn } from './own-patterns.ts';
import { isAttachedPassword, isPasswordArgument, isPasswordBesideUser } from './command-lines.ts';
import { announcesSecret } from './listed-values.ts';
import { redactGraphql } from './redact-graphql.ts';
import { redactQueryText } from './redact-query-text.ts';
import { redactText } from './redact-text.ts';
import { redactPath, redactQuery, redactUrl } from './redact-url.ts';
import { SIGNAL } from './name-table.ts';
import { isPlainValue, isSecretName } from './secret-names.ts';
import { isCardNumber, REDACTED, redactShapes } from './secret-shapes.ts';
import { MAYBE_ADDRESS, suspicionsOf } from './suspicion.ts';
import { contained } from '../runtime/contain.ts';
import type { PlainMap, PlainValue } from '../values/plain-value.ts';

const harmlessTexts = new Set<string>();
const harmlessRoutes = new Set<string>();
const MAX_HARMLESS = 1000;
const MAX_HARMLESS_LENGTH = 128;

/** What has spaces and does not begin so is a sentence, in which a URL may stand. */
const URL_START = /^(?:[a-z][a-z0-9+.-]{0,31}:)?\//i;
/** `query` may be a database's or a URL's; no statement begins so. */
const URL_QUERY_START = /^\??[\w.[\]%-]{1,64}=/;
/** The same beside a statement in one object. */
const BOUND_BESIDE = /^(?:parameters?|params|values|bindings?|binds?|args|variables)$/;
/** Fields that hold a name, and those that hold the value that goes with it: `{ name: 'password', value: '…' }`. */
const LABEL_FIELD = /^(?:name|key|header|field|param|parameter|property|label|k)$/i;
/** What may be a name, and no sentence. */
const NAME = /^[\p{L}_$@][\p{L}\p{N}_.$ -]{0,63}$/u;
/** Fields of a Secret of Kubernetes. */
const MANIFEST_FIELD = /^(?:data|stringData)$/;
const VALUE_FIELD = /^(?:values?|val|v|content|data)$/i;

const isArray: (value: object) => value is readonly PlainValue[] = Array.isArray;

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

/** When values are judged otherwise from now on. */
export function forgetHarmless(): void {
  harmlessTexts.clear();
  harmlessRoutes.clear();
}

function redactString(rule: Rule, text: string): string {
  const redacted = text === '' ? text : redactByRule(rule, text);
  return hasOwnPatterns() ? redactOwn(redacted) : redacted;
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
      return redactStatement(text);
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

/** A URL; or a sentence in which one may stand, and what is neither (`password=…`), which may be one without what was removed from it. */
function redactUrlOrSentence(text: string): string {
  if (URL_START.test(text)) return redactUrlTwice(text);
  const redacted = redactText(text);
  const isUrl = URL_START.test(redacted) || !redacted.includes(' ');
  return isUrl && (redacted !== text || !text.includes(' ')) ? redactUrlTwice(redacted) : redacted;
}

/** Without what was removed, its parts may begin and end elsewhere. */
function redactUrlTwice(text: string): string {
  const redacted = redactUrl(text);
  return redacted === text ? text : redactUrl(redacted);
}

/** A statement, or parameters of a URL; without what was removed, one may be the other. */
function redactStatement(text: string): string {
  if (URL_QUERY_START.test(text.trimStart())) return redactQuery(text);
  const redacted = redactQueryText(text);
  return redacted !== text && URL_QUERY_START.test(redacted) ? redactQuery(redacted) : redacted;
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
  if (hasOwnPatterns() && rule !== 'patterns only' && redactOwn(String(value)) !== String(value)) return REDACTED;
  return value >= 1e12 && rule !== 'measure' && isCardNumber(String(value)) ? REDACTED : value;
}

function redactArray(rule: Rule, items: readonly PlainValue[]): PlainValue[] {
  const copy: PlainValue[] = [];
  for (let i = 0; i < items.length; i++) {
    const before = items[i - 1];
    const isSecret =
      typeof before === 'string' &&
      (rule === 'raw headers' ? i % 2 === 1 && isSecretName(before) : announces(before, items, i) || isPassword(before, items, i));
    copy.push(redactValue(isSecret || isAttachedPassword(items[0], items[i]) ? 'hide' : rule, items[i] as PlainValue));
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
  if (before.includes(REDACTED)) return false;
  return announcesSecret(before) || (at === 1 && items.length === 2 && NAME.test(before) && isSecretName(before));
}

function redactFields(rule: Rule, fields: PlainMap): PlainMap {
  const copy: Record<string, PlainValue> = {};
  const keys = Object.keys(fields);
  const isLabelled = keys.some((key) => LABEL_FIELD.test(key) && typeof fields[key] === 'string' && isSecretName(fields[key]));
  const hasStatement = keys.some((key) => typeof fields[key] === 'string' && ruleOfKey(key) === 'database query');
  for (const key of keys) {
    if (key === '__proto__') continue; // would set it
    const isHidden =
      (fields['kind'] === 'Secret' && MANIFEST_FIELD.test(key)) ||
      (isLabelled && VALUE_FIELD.test(key)) ||
      (hasStatement && BOUND_BESIDE.test(key));
    copy[/[@_-]|\d{13}/.test(key) ? redactText(key) : key] = redactValue(
      isHidden ? 'hide' : ruleInside(rule, key),
      fields[key] as PlainValue,
    );
  }
  return copy;
}

/** Bytes cannot be redacted in place: they go when they are text that would be. */
function redactBytes(rule: Rule, bytes: Uint8Array): PlainValue {
  if (rule === 'hide' || rule === 'hide text' || rule === 'hide keys') return REDACTED;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return redactString('text', text) === text ? bytes : REDACTED;
}
