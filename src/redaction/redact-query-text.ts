import { redactGraphql } from './redact-graphql.ts';
import { redactPlacedValues } from './placed-values.ts';
import { redactSql } from './redact-sql.ts';
import { REDACTED } from './secret-shapes.ts';

const SQL_VERB =
  /^(?:alter|analyze|attach|begin|call|cluster|comment|commit|copy|create|deallocate|declare|delete|desc|describe|detach|do|drop|exec|execute|explain|export|fetch|from|grant|if|import|insert|load|lock|match|merge|optimize|optional|pragma|prepare|refresh|reindex|release|replace|reset|return|revoke|rollback|savepoint|select|show|start|table|truncate|union|unwind|update|upsert|use|vacuum|values|while|with)$/i;

/** Commands whose first argument is no key, and may be a password or a program. */
const NO_KEY = /^(?:acl|auth|client|config|debug|echo|eval|evalsha|eval_ro|evalsha_ro|fcall|fcall_ro|function|hello|migrate|ping|script)$/i;

const GRAPHQL = /^(?:query|mutation|subscription|fragment)\b[\w\s]{0,256}[({@]/;

const COMMAND_NAME = /^[A-Za-z][\w.-]{0,30}$/;
const KEY_PART = /^[A-Za-z_.{}*-]{1,20}$/;
/** How the official serializer ends a command that it shortened. */
const COUNTED_ARGUMENTS = /^\[-?\d{1,9} other arguments\]$/;

const DOCUMENT_KEY = /^[\w.$*[\]-]{1,128}$/;

/** Queries that hold nothing to redact: an app that binds its values sends the same few again and again. */
const clean = new Set<string>();
const MAX_CLEAN = 500;
const MAX_CLEAN_LENGTH = 1024;

/**
 * What a database was asked, without the data in it, in whatever language it was asked: SQL and its like (see `redactSql`),
 * a document of MongoDB or Elasticsearch (keys stay, values go), one of GraphQL, or a command of Redis (its name and the words of its first
 * key stay).
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/#sanitization-of-dbquerytext
 */
export function redactQueryText(text: string): string {
  if (clean.has(text)) return text;
  let redacted = redactQuery(text);
  // Without its comments, it may be another language's.
  if (redacted !== text && !clean.has(redacted)) redacted = redactQuery(redacted);
  if (redacted === text && text.length <= MAX_CLEAN_LENGTH) {
    if (clean.size === MAX_CLEAN) clean.clear();
    clean.add(text);
  }
  return redacted;
}

/** A statement that may set a password, which SQL lets stand where a name does. */
const SETS_PASSWORD = /\bidentified\s|\b(?:alter|create)\s{1,8}(?:user|role|login|database)\b|\bsp_\w/i;

function redactQuery(text: string): string {
  const query = SETS_PASSWORD.test(text) ? redactPlacedValues(text.trimStart(), '?') : text.trimStart();
  if (query.startsWith('{') || query.startsWith('[')) return redactDocument(query);
  if (GRAPHQL.test(query)) return redactGraphql(query);
  const name = /^[A-Za-z][\w.-]*/.exec(query.slice(0, 64))?.[0];
  return name === undefined || SQL_VERB.test(name) ? redactSql(query) : redactCommand(query);
}

function redactCommand(command: string): string {
  const [name, key, rest] = splitTwice(command.trimEnd());
  if (!COMMAND_NAME.test(name)) return redactSql(command);
  if (key === '') return name;
  if (COUNTED_ARGUMENTS.test(`${key} ${rest}`)) return `${name} ${key} ${rest}`;
  const shownKey = NO_KEY.test(name)
    ? '?'
    : key
        .slice(0, 256)
        .split(':')
        .map((part) => (KEY_PART.test(part) ? part : '?'))
        .join(':');
  if (rest === '') return `${name} ${shownKey}`;
  return `${name} ${shownKey} ${COUNTED_ARGUMENTS.test(rest) ? rest : '?'}`;
}

function splitTwice(text: string): [first: string, second: string, rest: string] {
  const [first, afterFirst] = splitOnce(text);
  const [second, rest] = splitOnce(afterFirst);
  return [first, second, rest];
}

function splitOnce(text: string): [head: string, tail: string] {
  const end = text.search(/\s/);
  return end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end).trimStart()];
}

/** JSON, or what a shell makes of it: names before a colon stay, `true`, `false` and `null` too, and function names. */
function redactDocument(text: string): string {
  let out = '';
  for (let i = 0; i < text.length;) {
    const char = text[i] as string;
    if (char === '"' || char === "'" || char === '`') {
      const end = endOfString(text, i);
      if (end === -1) return `${out}${char}?`;
      const isKey = nextChar(text, end) === ':' && DOCUMENT_KEY.test(text.slice(i + 1, end - 1));
      out += isKey ? text.slice(i, end) : `${char}?${char}`;
      i = end;
    } else if (/[\w$.\u0080-\uffff]/.test(char)) {
      let end = i + 1;
      while (end < text.length && /[\w$.+\u0080-\uffff-]/.test(text[end] as string)) end++;
      const word = text.slice(i, end);
      const follows = nextChar(text, end);
      const stays =
        /^(?:true|false|null)$/.test(word) || ((follows === ':' || follows === '(') && /^[A-Za-z_$]/.test(word) && DOCUMENT_KEY.test(word));
      out += stays ? word : '?';
      i = end;
    } else {
      out += char;
      i++;
    }
  }
  return out === '' ? REDACTED : out;
}

function endOfString(text: string, open: number): number {
  const quote = text[open];
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return -1;
}

/** The first character from `from` on that is no space; bounded, since it is asked for at every word. */
function nextChar(text: string, from: number): string {
  let i = from;
  while (i - from < 16 && /\s/.test(text[i] ?? '')) i++;
  return text[i] ?? '';
}
