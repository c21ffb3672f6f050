/** Where the value behind a separator begins and ends. Every step takes all it can or gives up after a bounded way. */
import { isSaying, LONG_HEADER } from './said-of-secrets.ts';

/** In front of the credential itself: `Authorization: Bearer …`, `auth=Basic …` */
const SCHEME =
  /^(?:bearer|basic|digest|token|api-?key|key|negotiate|ntlm|hawk|oauth|hmac|hmac-[\w-]+|aws\d?-[\w-]+|aws|signature|jwt|dpop|mac|scram-[\w-]+|sharedkey|sharedkeylite|sharedaccesssignature|goog\w*|gnap|splunk|genie\w*|klaviyo-api-key|ssws|private-token)$/i;
const BLANK = /\s/;
/** May end a value that stands without quotes; `endsValue` looks at what follows. */
const SOFT = '"\'`,;&|<>()[]{}\\';
const NEXT_PAIR = /[\w .$-]{1,40}["']?[=:]/y;
const NEXT_PARAMETER = /[\w .$[\]%-]{1,40}=/y;

/** The value of a name, without its quotes. */
export interface Value {
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
}

/** How a value may be written; the first that fits counts. */
const FORMS: readonly {
  readonly begins: RegExp;
  /** @param open - what `begins` matched. */
  readonly value: (text: string, start: number, open: string, isLong: boolean) => Value;
}[] = [
  { begins: /\\{0,3}["'`]/y, value: quotedValue }, // "abc", \"abc\"
  { begins: /[{[]/y, value: (text, start) => ({ start, end: closingBracket(text, start), isQuoted: false }) }, // {"a": "abc"}
  { begins: /\(/y, value: bracketedValue }, // (abc)
  { begins: /<(?=[^<>\s/])/y, value: (text, start) => ({ start: start + 1, end: indexOrEnd(text, '>', start), isQuoted: true }) }, // <abc>
];

/** The value behind the separator in front of `from`; an empty one when there is none. */
export function valueAfter(text: string, from: number, name: string): Value {
  let start = skip(text, from, /[ \t=>:]/);
  if (text[from - 1] === '=' && text.startsWith(' :', start - 2)) start--; // `token = :name`
  const lineBreak = textAt(/\|?[+-]?[ \t]{0,4}\r?\n/y, text, start);
  if (lineBreak === undefined) return valueAt(text, start, name, text[from - 1] === ':');
  const line = start + lineBreak.length;
  if (/[|>][+-]?[ \t]*$/.test(text.slice(from, line).trimEnd())) return { start: line, end: indentedEnd(text, line), isQuoted: true };
  const next = skip(text, line, /[ \t]/);
  if (/["'`]/.test(text[next] ?? '')) return valueAt(text, next, name, text[from - 1] === ':');
  return next === line ? { start: from, end: from, isQuoted: false } : wholeLine(text, next);
}

function valueAt(text: string, start: number, name: string, isBehindColon: boolean): Value {
  const isLong = LONG_HEADER.test(name);
  for (const { begins, value } of FORMS) {
    const open = textAt(begins, text, start);
    if (open !== undefined) return value(text, start, open, isLong);
  }
  const end = isLong && isBehindColon ? lineEnd(text, start) : credentialsEnd(text, start, isLong, /signature$/i.test(name));
  return { start, end, isQuoted: false };
}

function quotedValue(text: string, before: number, open: string, isLong: boolean): Value {
  const start = before + open.length;
  const end = closingQuote(text, start, open);
  const goesOn = isLong && text[end + open.length] === ';';
  return { start, end: goesOn ? lineEnd(text, end + open.length) : end, isQuoted: true };
}

/** In brackets; what has spaces in them is a remark. */
function bracketedValue(text: string, start: number): Value {
  const end = indexOrEnd(text, ')', start);
  const isRemark = BLANK.test(text.slice(start, Math.min(end, start + 256)));
  return isRemark ? { start, end: start, isQuoted: false } : { start: start + 1, end, isQuoted: true };
}

/** Behind a value without quotes; with a scheme in front of it, or parameters behind it, behind all of them. */
function credentialsEnd(text: string, start: number, isLong: boolean, isSignature: boolean): number {
  let end = plainEnd(text, start);
  const hasScheme = SCHEME.test(text.slice(start, end));
  if (hasScheme) {
    const next = skip(text, end, /[ \t]/);
    const nextEnd = next === end ? end : parameterEnd(text, next);
    const word = text.slice(next, nextEnd);
    if (word === '' || isSaying(word)) return end;
    end = nextEnd;
  }
  while (text[end] === ';' ? isLong : text[end] === ',' && (hasScheme || isSignature)) {
    const next = skip(text, end + 1, /[ \t]/);
    const nextEnd = parameterEnd(text, next);
    if (!/^[\w.$%-]+=/.test(text.slice(next, nextEnd))) break;
    end = nextEnd;
  }
  return end;
}

/** Behind `name="value"` or `name=value` or a token. */
function parameterEnd(text: string, start: number): number {
  const quoted = /^[\w-]{0,32}=?\\{0,3}"/.exec(text.slice(start, start + 40))?.[0];
  if (quoted === undefined) return plainEnd(text, start);
  const open = /\\*"$/.exec(quoted)?.[0] as string;
  return Math.min(text.length, closingQuote(text, start + quoted.length, open) + open.length);
}

/** Behind a value that stands without quotes: at white space, or where a new pair or the text around it begins. */
function plainEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && !BLANK.test(text[end] as string) && !(SOFT.includes(text[end] as string) && endsValue(text, end))) end++;
  return end;
}

function endsValue(text: string, at: number): boolean {
  const char = text[at] as string;
  const next = text[at + 1] ?? '';
  if (next === '' || BLANK.test(next)) return true;
  switch (char) {
    case '\\':
      return /[nrtu"'`/\\]/.test(next);
    case '&':
    case ';':
    case ',':
    case '|':
      if (SOFT.includes(next)) return true;
      return textAt(char === ',' || char === '|' ? NEXT_PAIR : NEXT_PARAMETER, text, at + 1) !== undefined;
    default: // a closing quote or bracket
      return !/[A-Za-z0-9]/.test(next);
  }
}

/** The end of a header's line, or of the text in quotes that it stands in; quotes behind `=` are parts of the value. */
function lineEnd(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '\n' || char === '\r' || (char === '\\' && /[nr]/.test(text[i + 1] ?? ''))) return i;
    if (char !== '"' && char !== "'" && char !== '`') continue;
    let slashes = 0;
    while (slashes < 4 && text[i - slashes - 1] === '\\') slashes++;
    if (text[i - slashes - 1] !== '=') return i - slashes;
    const close = closingQuote(text, i + 1, text.slice(i - slashes, i + 1)) + slashes;
    i = close;
  }
  return text.length;
}

/** Behind the lines from `line` on that begin with white space: a block in YAML. */
function indentedEnd(text: string, line: number): number {
  let end = line;
  while (/[ \t]/.test(text[end] ?? '')) {
    const next = indexOrEnd(text, '\n', end);
    if (next === text.length || !/[ \t]/.test(text[next + 1] ?? '')) return next;
    end = next + 1;
  }
  return end;
}

/** A line of its own under its name, as in YAML; nothing when it is more than one word. */
function wholeLine(text: string, start: number): Value {
  const end = plainEnd(text, start);
  return /^[ \t]{0,8}(?:\r?\n|$)/.test(text.slice(end, end + 12))
    ? { start, end, isQuoted: false }
    : { start, end: start, isQuoted: false };
}

/** Where the value that `open` began ends. To the end of the text when it does not. */
export function closingQuote(text: string, from: number, open: string): number {
  // A quote inside the value has a backslash before it; in JSON inside of JSON, where quotes are `\"`, it has two, and so on.
  const step = 2 * open.length;
  for (let i = text.indexOf(open, from); i !== -1; i = text.indexOf(open, i + open.length)) {
    let slashes = 0;
    while (i - slashes > from && text[i - slashes - 1] === '\\') slashes++;
    if (slashes % step !== 0) continue;
    const behind = i + open.length;
    // A quote written twice, and text that `util.inspect` broke over lines.
    if (open.length === 1 && i > from && text[behind] === open) i = behind;
    else {
      const joint = /^\s{0,2}\+\s{0,40}["'`]/.exec(text.slice(behind, behind + 48))?.[0];
      if (joint === undefined) return i;
      i = behind + joint.length - 1;
    }
  }
  return text.length;
}

/** Behind the bracket that closes the one at `from`. */
export function closingBracket(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (char === '"') i = closingQuote(text, i + 1, '"');
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return i + 1;
  }
  return text.length;
}

function skip(text: string, from: number, chars: RegExp): number {
  let start = from;
  while (start - from < 64 && chars.test(text[start] ?? '')) start++;
  return start;
}

export function indexOrEnd(text: string, search: string, from: number): number {
  const index = text.indexOf(search, from);
  return index === -1 ? text.length : index;
}

/** What the sticky `pattern` matches at `at`. */
function textAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
