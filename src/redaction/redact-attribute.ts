/** The one redactor that every signal goes through: what of an attribute may leave. */
import { redactQueryText } from './redact-query-text.ts';
import { redactText } from './redact-text.ts';
import { redactQuery, redactUrl } from './redact-url.ts';
import { isSecretName, secrecyOf, wordsOf } from './secret-names.ts';
import { isCardNumber, REDACTED } from './secret-shapes.ts';

/** What is done with values under a key. */
type Rule = 'keep' | 'text' | 'url' | 'url query' | 'database query' | 'hide text' | 'hide';

/** Keys of the semantic conventions that are on most records and whose values are chosen by programs: not looked at. */
const KEPT = new Set(
  `http.request.method http.response.status_code http.route http.method http.status_code
  http.flavor http.scheme http.request.body.size http.response.body.size url.scheme server.address server.port
  client.port network.peer.address network.peer.port network.protocol.name network.protocol.version
  network.transport network.type net.host.name net.host.port net.peer.name net.peer.port
  error.type exception.type db.system db.system.name db.namespace db.name db.collection.name db.operation
  db.operation.name db.response.status_code messaging.system messaging.operation.name messaging.operation.type
  rpc.system rpc.service rpc.method rpc.grpc.status_code rpc.response.status_code code.function code.function.name
  code.file.path code.filepath code.line.number code.lineno code.column.number thread.id thread.name session.id
  session.previous_id mcp.session.id trace_id span_id trace_flags trace.id span.id traceId spanId service.name
  service.version service.namespace service.instance.id deployment.environment.name telemetry.sdk.name
  telemetry.sdk.language telemetry.sdk.version event.name gen_ai.operation.name gen_ai.provider.name
  gen_ai.request.model gen_ai.response.model gen_ai.token.type`.split(/\s+/),
);

const URL_WORD = /\b(?:urls?|uri|href|path|target|referr?er|location|endpoint)$|^http request header origin$|^url (?:full|path|original)$/;
/** What has spaces and does not begin so is a sentence, in which a URL may stand. */
const URL_START = /^(?:[a-z][a-z0-9+.-]{0,31}:)?\//i;
/** `query` may be a database's or a URL's; no statement begins so. */
const URL_QUERY_START = /^\?|^[\w.[\]%-]{1,64}=/;
const QUERY_STRING_WORD = /^(?:url|http) query$|^url fragment$|query ?string$/;
const DATABASE_WORD = /^db query text$|\bstatement$|\bsql$|^query$|^db query$|^graphql (?:source|document)$/;
/** Values that were bound to a statement, one under each key or all together. */
const BOUND_VALUES = /^db (?:query|operation) parameter\b|^db postgresql values$|^graphql variables\b|^bindings$/;

const MAX_KEY_LENGTH = 256;
const MAX_KEYS = 2000;
/** The same bounds as the encoders', so that a value that is too much for them is too much here. */
const MAX_DEPTH = 64;
const MAX_VALUES = 100_000;

const rules = new Map<string, Rule>();

/**
 * What of an attribute may leave: the value itself, a redacted copy, or undefined when it cannot be told.
 *
 * Never throws and never changes `value`. Under a secret name everything but booleans goes (numbers stay where they are
 * counts, as under `tokens`); URLs lose their query values and user info, database queries their literals; every other
 * text goes through `redactText`. Arrays, maps and errors are copied, redacted by their own keys. An empty key stands for
 * text that has none: a log's body, a status' message.
 */
export function redactAttribute(key: string, value: unknown): unknown {
  try {
    const rule = rules.get(key) ?? learnRule(key);
    if (rule === 'keep') return value;
    if (typeof value === 'string') return redactString(rule, value);
    if (typeof value === 'object' && value !== null) return redactObject(rule, value, { path: [], values: 0 });
    return redactScalar(rule, value);
  } catch {
    return undefined;
  }
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
  if (KEPT.has(key)) return 'keep';
  const secrecy = secrecyOf(key);
  if (secrecy !== 'none') return secrecy === 'text' ? 'hide text' : 'hide';
  const words = wordsOf(key);
  if (BOUND_VALUES.test(words)) return 'hide';
  if (QUERY_STRING_WORD.test(words)) return 'url query';
  if (DATABASE_WORD.test(words)) return 'database query';
  return URL_WORD.test(words) ? 'url' : 'text';
}

function redactString(rule: Rule, text: string): string {
  if (text === '') return text;
  switch (rule) {
    case 'hide':
    case 'hide text':
      return REDACTED;
    case 'url':
      return text.includes(' ') && !URL_START.test(text) ? redactText(text) : redactUrl(text);
    case 'url query':
      return redactQuery(text);
    case 'database query':
      return URL_QUERY_START.test(text) ? redactQuery(text) : redactQueryText(text);
    default:
      return redactText(text);
  }
}

function redactScalar(rule: Rule, value: unknown): unknown {
  if (typeof value !== 'number' && typeof value !== 'bigint') return value;
  if (rule === 'hide') return REDACTED;
  return value >= 1e12 && isCardNumber(String(value)) ? REDACTED : value;
}

/** The way down into one value. */
interface Descent {
  readonly path: object[];
  values: number;
}

function redactValue(rule: Rule, value: unknown, descent: Descent): unknown {
  if (++descent.values > MAX_VALUES) throw new RangeError('too many values');
  if (typeof value === 'string') return redactString(rule, value);
  return typeof value === 'object' && value !== null ? redactObject(rule, value, descent) : redactScalar(rule, value);
}

function redactObject(rule: Rule, value: object, descent: Descent): unknown {
  if (ArrayBuffer.isView(value)) return redactBytes(rule, value);
  if (value instanceof Date) return value;
  if (value instanceof URL) return redactUrl(value.href);
  if (descent.path.includes(value)) return '[circular]';
  if (descent.path.length === MAX_DEPTH) return '[too deep]';
  descent.path.push(value);
  const copy = Array.isArray(value) ? redactArray(rule, value, descent) : redactFields(rule, fieldsOf(value), descent);
  descent.path.pop();
  return copy;
}

function redactArray(rule: Rule, items: readonly unknown[], descent: Descent): unknown[] {
  const copy: unknown[] = [];
  for (let i = 0; i < items.length; i++) {
    const before = i > 0 ? items[i - 1] : undefined;
    copy.push(redactValue(typeof before === 'string' && announcesSecret(before) ? 'hide' : rule, items[i], descent));
  }
  return copy;
}

/** `['--token', '…']` on a command line, `['Authorization', '…']` among raw headers. */
function announcesSecret(item: string): boolean {
  return item.length <= 64 && /^[\w-]*-[\w-]*$|^authorization$|^cookie$/i.test(item) && isSecretName(item);
}

function redactFields(rule: Rule, fields: Record<string, unknown>, descent: Descent): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  // `{ name: 'password', value: '…' }`
  const label = fields['name'] ?? fields['key'];
  const isLabelled = typeof label === 'string' && 'value' in fields && isSecretName(label);
  for (const key of Object.keys(fields)) {
    if (key === '__proto__') continue; // would set it
    const fieldRule = isLabelled && key === 'value' ? 'hide' : ruleInside(rule, key);
    copy[key.includes('@') ? redactText(key) : key] = redactValue(fieldRule, fields[key], descent);
  }
  return copy;
}

/** Everything inside something secret is secret, and so is everything that was asked for or bound by name. */
function ruleInside(rule: Rule, key: string): Rule {
  if (rule === 'hide' || rule === 'url query' || rule === 'database query') return 'hide';
  if (rule === 'hide text') return rule;
  const own = rules.get(key) ?? learnRule(key);
  return own === 'keep' ? 'text' : own;
}

/** What an object has to say: an error's text, a collection's items, its own fields. */
function fieldsOf(value: object): Record<string, unknown> {
  if (value instanceof Error) {
    const { cause, message, name, stack } = value;
    return { ...value, name, message, stack, ...(cause === undefined ? {} : { cause }) };
  }
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), item]));
  if (value instanceof Set) return { ...[...value] };
  return value as Record<string, unknown>;
}

/** Bytes cannot be redacted in place: they go when they are text that would be. */
function redactBytes(rule: Rule, view: ArrayBufferView): unknown {
  if (rule === 'hide' || rule === 'hide text') return REDACTED;
  const text = Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1');
  return redactText(text) === text ? view : REDACTED;
}
