/** Secrets in text that are told by the name beside them. Every step takes all it can or gives up after a bounded way. */
import type { Secrecy } from './name-table.ts';
import { endsOwnName, isPlainValue, isSecretName, rowOf, secrecyOf, wordsOf } from './secret-names.ts';
import { REDACTED } from './secret-shapes.ts';

const NAME_CHARS = tableOf(/[\w.$-]/);
/** Between a name and its separator. */
const BESIDE_NAME = tableOf(/[\s"'`\\\])]/);
/** Words that continue a name in a sentence: `API key`, `reset code`, `Incorrect API key provided: …` */
const CONTINUES_NAME = /^(?:keys?|code|number|id|string|value|phrase|header|provided|given|received|supplied|used)$/i;

const NO_SECRET =
  /^(?:|true|false|null|undefined|none|nil|REDACTED|\[REDACTED\]|\[object \w+\]|\[(?:Array|Object|Function[^\]]*|redacted|hidden|filtered)\]|\{\s*\}|\[\s*\]|\*+|\.{3}|…)$/i;
/** `$1`, `?`, `:name`, `%s`, `${name}`, `{{name}}`: where a value will stand. */
const PLACEHOLDER = /^(?:\?|\$\d{1,3}|:[A-Za-z_]\w*|%[sdjo]|%\(\w+\)s|\$\{[\w.]+\}?|\{\{?\s?[\w.]+\s?\}{0,2})$/;
/** What is said about a secret: `token: expired`, `password: required`, `credentials=include`. */
const STATE =
  /^(?:ok|okay|yes|no|on|off|set|unset|empty|new|old|bad|good|valid|invalid|correct|incorrect|wrong|right|missing|present|absent|optional|mandatory|unknown|success|successful|failure|fail|error|active|inactive|expired?|denied|forbidden|unauthorized|mismatch|match|matches|too|must|sent|given|found|lost|stolen|broken|known|is|was|not|cannot|has|should|may|will|does|did|are|at|in|for|from|with|by|of|or|and|the|an?)$/i;
/** What kind of secret it is. */
const KIND =
  /^(?:bearer|basic|digest|token|apikey|oauth2?|jwt|negotiate|ntlm|cookies?|session|password|credentials?|auth|authentication|authorization|anonymous|include|omit|same-origin|default|string|number|boolean|object|function|insecure|secure|weak|strong|stale|fresh)$/i;
const PARTICIPLE = /^[A-Z]?[a-z]{2,12}(?:ed|ing)$/;
/** Under more than one, a number is how many: `tokens: 500`, `cookies=1200`. */
const PLURAL = /(?:token|cookie|key|credential|cred|link|signature)s$/i;
const MEASURE = /^(?:\d{1,3}|\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h|%))$/;

/** In front of the credential itself: `Authorization: Bearer …`, `auth=Basic …` */
const SCHEME =
  /^(?:bearer|basic|digest|token|api-?key|key|negotiate|ntlm|hawk|oauth|hmac|hmac-[\w-]+|aws\d?-[\w-]+|aws|signature|jwt|dpop|mac|scram-[\w-]+|sharedkey|sharedkeylite|sharedaccesssignature|goog\w*|gnap|splunk|genie\w*|klaviyo-api-key|ssws|private-token)$/i;
/** Headers whose value has spaces and punctuation of its own. */
const LONG_HEADER = /(?:authorization|cookies?)$/i;

const BLANK = /\s/;
/** May end a value that stands without quotes; `endsValue` looks at what follows. */
const SOFT = '"\'`,;&|<>()[]{}\\';
const NEXT_PAIR = /[\w .$-]{1,40}["']?[=:]/y;
const NEXT_PARAMETER = /[\w .$[\]%-]{1,40}=/y;

/** Names of fields that hold a name, and of those that hold the value that goes with it. */
const LABEL = /(?:^|[._-])(?:name|key|header|field|param|parameter|property|id|label|attribute|k|n)$/i;
const LABEL_VALUE = /^[ \t=>]{0,8}(\\{0,3}["'`])?([\w.-]{1,64})(?=\\{0,3}["'`]|[\s,;])/;
const LABELLED =
  /^[^{}<>=:]{0,8}(?:[\w.-]{1,32}["'`\\]{0,4}\s{0,4}[=:][^{}<>=:]{0,64}?[\s,;"'`\\])?["'`\\]{0,4}(?:values?|val|v|content|data)["'`\\]{0,4}\s{0,4}[=:]/i;

const LABELLED_BEFORE =
  /(\b(?:values?|val)["'`\\]{0,4}\s{0,4}[=:]\s{0,4}\\{0,3}["'`])([^"'`\\{}<>]+)\\{0,3}["'`][\s,;]{1,8}["'`\\]{0,4}\w{1,16}["'`\\]{0,4}\s{0,4}$/i;

/**
 * `password=…`, `"token": "…"`, `Cookie: …`, `authorization=Bearer …`, `<secret>…</secret>`,
 * `{"name":"password","value":"…"}` without their values.
 */
export function redactNamedValues(text: string): string {
  let result = '';
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x3d && code !== 0x3a && code !== 0x3e) continue; // = : >
    if (i < done) continue;
    const found = code === 0x3e ? elementAt(text, i) : pairAt(text, i, done);
    if (found === undefined) continue;
    const [start, end] = found;
    result += text.slice(done, start) + REDACTED;
    done = end;
    i = Math.max(i, end - 1);
  }
  return result + text.slice(done);
}

/** What is known of a name: how much of its value is secret, or that its value may name one. */
type Kind = Secrecy | 'label';

/** The names of the last separators, each in the one place that its hash gives it: nothing is allocated for a known one. */
const recent: ({ readonly name: string; readonly kind: Kind } | undefined)[] = Array.from({ length: 1024 }, () => undefined);

/** When names are judged otherwise from now on. */
export function forgetNames(): void {
  recent.fill(undefined);
}

function kindAt(text: string, start: number, end: number): Kind {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  const known = recent[hash & 1023];
  if (known !== undefined && known.name.length === end - start && text.startsWith(known.name, start)) return known.kind;
  const name = ` ${text.slice(start, end)}`.slice(1); // a copy: a part of a long text would keep all of it
  const secrecy = secrecyOf(name);
  const kind = secrecy === 'none' && LABEL.test(name) ? 'label' : secrecy;
  recent[hash & 1023] = { name, kind };
  return kind;
}

type Range = readonly [start: number, end: number];

/** The secret value behind the separator at `i`. */
function pairAt(text: string, i: number, floor: number): Range | undefined {
  const end = wordEnd(text, i, floor);
  const start = wordStart(text, end, floor);
  if (start === end) return undefined;
  let kind = kindAt(text, start, end);
  const isContinuation = text[start - 1] === ' ' && continuesName(text.slice(start, end));
  if (kind === 'none' && !isContinuation) return undefined;
  let name = text.slice(start, end);
  if (isContinuation) {
    const sentence = text.slice(sentenceStart(text, start, end, floor), end);
    if (isSecretName(sentence)) kind = secrecyOf((name = sentence));
  }
  if (kind === 'none') return undefined;
  if (kind === 'label') return labelledValue(text, i, floor);
  if (/^::\S/.test(text.slice(i, i + 3))) return undefined; // `auth::login` is a path
  if (isHarmlessInSentence(text, start, name)) return undefined;
  return secretBehind(text, i, name, kind);
}

function secretBehind(text: string, separator: number, name: string, secrecy: Secrecy): Range | undefined {
  const [start, end, isQuoted] = valueAfter(text, separator + 1, name);
  const value = text.slice(start, end);
  const isSaid = !isQuoted && (secrecy !== 'text and numbers' || text[separator] === ':');
  if (isHarmless(value, name, secrecy, isSaid) || isCount(text, name, value, end)) return undefined;
  return [start, end];
}

/** @param isSaid - the value may be a word of a sentence: `password: wrong`, but not `password=wrong`. */
function isHarmless(value: string, name: string, secrecy: Secrecy, isSaid: boolean): boolean {
  if (NO_SECRET.test(value) || PLACEHOLDER.test(value)) return true;
  if (secrecy === 'text like a key' && isPlainValue(value)) return true;
  if (secrecy !== 'text and numbers' && (MEASURE.test(value) || (PLURAL.test(name) && /^\d{1,9}$/.test(value)))) return true;
  if (rowOf(name)?.harmlessValue?.test(value) === true) return true;
  if (!isSaid) return false;
  const isLong = LONG_HEADER.test(name);
  const [word = ''] = isLong ? value.split(/\s/, 1) : [value];
  if (isLong && (/^REDACTED[}\])]{0,8}$/.test(word) || (/^\d{1,9}$/.test(word) && !value.includes('=')))) return true;
  return isSaying(word.replace(/[.,:!?]{1,3}$/, '')) || (secrecy !== 'text and numbers' && KIND.test(word) && word === value);
}

/** `Tests pass: 1234`, `received sig: 2`, `Unexpected token: x`: what the word in front of a name makes of it. */
function isHarmlessInSentence(text: string, start: number, name: string): boolean {
  const exceptions = text[start - 1] === ' ' ? rowOf(name)?.except : undefined;
  if (exceptions?.some(({ inSentence }) => inSentence) !== true) return false;
  const words = wordsOf(text.slice(wordStart(text, start - 1, 0), start) + name);
  return exceptions.some((each) => each.inSentence && each.words.test(words));
}

/** `pass: 1234, fail: 5` */
function isCount(text: string, name: string, value: string, end: number): boolean {
  return /^\d{1,9}$/.test(value) && rowOf(name)?.countedBefore?.test(text.slice(end, end + 64)) === true;
}

function isSaying(word: string): boolean {
  return STATE.test(word) || PARTICIPLE.test(word);
}

function continuesName(word: string): boolean {
  return (word.length <= 8 && CONTINUES_NAME.test(word)) || endsOwnName(word);
}

/** Where the words begin that the one before a separator belongs to in a sentence: `API key`, `API key provided`. */
function sentenceStart(text: string, wordStartsAt: number, end: number, floor: number): number {
  let start = wordStartsAt;
  for (let words = 0; words < 2 && text[start - 1] === ' '; words++) {
    if (!continuesName(text.slice(start, end).split(' ', 1)[0] as string)) break;
    start = wordStart(text, start - 1, floor);
  }
  return start;
}

/** Through quotes and a little white space. */
function wordEnd(text: string, separator: number, floor: number): number {
  let end = separator;
  while (end > floor && separator - end < 6 && BESIDE_NAME[text.charCodeAt(end - 1)] === 1) end--;
  return end;
}

function wordStart(text: string, end: number, floor: number): number {
  let start = end;
  while (start > floor && end - start < 64 && isNameChar(text.charCodeAt(start - 1))) start--;
  return start;
}

/** The content of the element whose opening tag ends at `i`. */
function elementAt(text: string, i: number): Range | undefined {
  let open = i - 1;
  while (open >= 0 && i - open < 256 && text[open] !== '<' && text[open] !== '>') open--;
  if (text[open] !== '<' || text[i - 1] === '/') return undefined;
  const tag = text.slice(open, i);
  const element = /^<(?:[\w.-]{1,64}:)?([\w.-]{1,64})/.exec(tag)?.[1];
  if (element === undefined) return undefined;
  // `<entry key="password">…</entry>`
  const name = isSecretName(element) ? element : (/\s(?:name|key|id)=["']([\w.-]{1,64})["']/i.exec(tag)?.[1] ?? '');
  const secrecy = secrecyOf(name);
  if (secrecy === 'none') return undefined;
  if (text.startsWith('<![CDATA[', i + 1)) return [i + 10, indexOrEnd(text, ']]>', i + 10)];
  const close = text.indexOf('<', i + 1);
  if (close === -1) return secretBehind(text, i, name, secrecy);
  const value = text.slice(i + 1, close);
  return value.trim() === '' ? undefined : [i + 1, close];
}

/** `name="password" value="…"`: what the separator at `i` gives is the name of a secret that comes next, or came before. */
function labelledValue(text: string, i: number, floor: number): Range | undefined {
  const label = LABEL_VALUE.exec(text.slice(i + 1, i + 80));
  const name = label?.[2] ?? '';
  const end = i + 1 + (label?.[0].length ?? 0);
  const secrecy = secrecyOf(name);
  if (secrecy === 'none') return undefined;
  const gap = LABELLED.exec(text.slice(end, end + 160))?.[0];
  if (gap !== undefined) return secretBehind(text, end + gap.length - 1, name, secrecy);
  const before = LABELLED_BEFORE.exec(text.slice(Math.max(floor, i - 160), i));
  const valueAt = before === null ? -1 : Math.max(floor, i - 160) + before.index + (before[1] as string).length;
  return before === null ? undefined : [valueAt, valueAt + (before[2] as string).length];
}

function valueAfter(text: string, from: number, name: string): [start: number, end: number, isQuoted: boolean] {
  let start = skip(text, from, /[ \t=>:]/);
  const lineBreak = /^\|?[+-]?[ \t]{0,4}\r?\n/.exec(text.slice(start, start + 8))?.[0];
  if (lineBreak !== undefined) {
    const line = start + lineBreak.length;
    if (/[|>][+-]?[ \t]*$/.test(text.slice(from, line).trimEnd())) return [line, indentedEnd(text, line), true];
    start = skip(text, line, /[ \t]/);
    if (!/["'`]/.test(text[start] ?? '')) return start === line ? [from, from, false] : wholeLine(text, start);
  }
  const isLong = LONG_HEADER.test(name);
  const open = /^\\{0,3}["'`]/.exec(text.slice(start, start + 4))?.[0];
  if (open !== undefined) {
    const end = closingQuote(text, start + open.length, open);
    const goesOn = isLong && text[end + open.length] === ';';
    return [start + open.length, goesOn ? lineEnd(text, end + open.length) : end, true];
  }
  const first = text[start];
  if (first === '{' || first === '[') return [start, closingBracket(text, start), false];
  if (first === '(') {
    const end = indexOrEnd(text, ')', start);
    return BLANK.test(text.slice(start, Math.min(end, start + 256))) ? [start, start, false] : [start + 1, end, true];
  }
  if (first === '<' && /^<[^<>\s/]/.test(text.slice(start, start + 2))) return [start + 1, indexOrEnd(text, '>', start), true];
  if (isLong && text[from - 1] === ':') return [start, lineEnd(text, start), false];
  return [start, credentialsEnd(text, start, isLong, /signature$/i.test(name)), false];
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
      return matchesAt(char === ',' || char === '|' ? NEXT_PAIR : NEXT_PARAMETER, text, at + 1);
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
function wholeLine(text: string, start: number): [start: number, end: number, isQuoted: boolean] {
  const end = plainEnd(text, start);
  return /^[ \t]{0,8}(?:\r?\n|$)/.test(text.slice(end, end + 12)) ? [start, end, false] : [start, start, false];
}

/** Where the value that `open` began ends. To the end of the text when it does not. */
function closingQuote(text: string, from: number, open: string): number {
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

function closingBracket(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (char === '"') i = closingQuote(text, i + 1, '"');
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return i + 1;
  }
  return text.length;
}

/** Between a string in a list and the next one. */
const COMMA = /(\\{0,3}["'`])\s{0,8},\s{0,64}(\\{0,3}["'`])/g;

/**
 * `['--token', '…']`, `"X-Api-Key", "…"`, `[['password', '…']]` without the text behind the name. A name that is one word may
 * be any word of a list: it counts where it and one more are the whole list, and among raw headers.
 */
export function redactListedValues(text: string): string {
  let isRaw: boolean | undefined;
  let result = '';
  let done = 0;
  COMMA.lastIndex = 0;
  for (let match = COMMA.exec(text); match; match = COMMA.exec(text)) {
    const [between, quote = '', open = ''] = match;
    const nameStart = wordStart(text, match.index, done);
    const name = text.slice(nameStart, match.index);
    const start = match.index + between.length;
    COMMA.lastIndex = start - open.length; // what closes one string may open the next
    if (name === '' || !isSecretName(name)) continue;
    const end = closingQuote(text, start, open);
    if (/^\s{0,8}:/.test(text.slice(end + open.length, end + open.length + 9))) continue; // the name of a field, and no list
    const isAnnounced =
      announcesSecret(name) || isPair(text, nameStart - quote.length, end + open.length) || (isRaw ??= RAW_HEADERS.test(text));
    if (!isAnnounced) continue;
    result += text.slice(done, start) + REDACTED;
    done = end;
    COMMA.lastIndex = end;
  }
  return result + text.slice(done);
}

const RAW_HEADERS = /raw_?headers/i;

/** Whether what stands from `start` to `end` is all there is in its brackets. */
function isPair(text: string, start: number, end: number): boolean {
  return /\[\s{0,8}$/.test(text.slice(Math.max(0, start - 9), start)) && /^\s{0,8}\]/.test(text.slice(end, end + 9));
}

/** `['--token', '…']` on a command line, `['Authorization', '…']` among raw headers. */
export function announcesSecret(item: string): boolean {
  return item.length <= 64 && /^[\w-]*-[\w-]*$|^authorization$|^cookie$/i.test(item) && isSecretName(item);
}

/** For each character of ASCII whether `chars` matches it. */
function tableOf(chars: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (chars.test(String.fromCharCode(code)) ? 1 : 0));
}

/** Letters of other scripts included. */
function isNameChar(code: number): boolean {
  return code < 128 ? NAME_CHARS[code] === 1 : (code >= 0xc0 && code < 0x2000) || (code >= 0x3040 && code < 0xa000);
}

function skip(text: string, from: number, chars: RegExp): number {
  let start = from;
  while (start - from < 64 && chars.test(text[start] ?? '')) start++;
  return start;
}

function indexOrEnd(text: string, search: string, from: number): number {
  const index = text.indexOf(search, from);
  return index === -1 ? text.length : index;
}

function matchesAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
