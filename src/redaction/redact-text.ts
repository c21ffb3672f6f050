import { redactUrl } from './redact-url.ts';
import { isSecretName, secrecyOf } from './secret-names.ts';
import { REDACTED, redactShapes } from './secret-shapes.ts';
import { MAYBE_BEARER, MAYBE_DASHES, MAYBE_NAMED, suspicionsOf } from './suspicion.ts';

const NAMED_VALUE =
  /pass|pwd|secret|token|key|auth|cookie|cred|jwt|bearer|csrf|xsrf|session|sessid|sid\b|pin\b|cv[vc]|otp\b|ssn|card|code|connection/i;

const BEARER = /\b(bearer|basic)(\s{1,4})([A-Za-z0-9._~+/:=-]{6,})/gi;

/** A flag of a command line, with its value behind a space. */
const FLAG = /(?<![\w-])--([A-Za-z][\w-]{0,63}) (?!-)\S+/g;

const URL_END = /[\s"`<>\\]/;
const NAME_CHAR = /[\w.$-]/;
const VALUE_END = /[\s"'`,;&<>()[\]{}|\\]/;
const NO_SECRET = /^(?:|true|false|null|undefined|none|nil|REDACTED|\[REDACTED\]|\*+)$/i;

/**
 * Text that people and programs write (messages, stack traces, log lines) without the secrets that can be told apart in
 * it: private keys, URLs' user info and query values, `name=value` and `name: value` under a secret name, bearer and basic
 * credentials, tokens of known shapes, e-mail addresses and card numbers.
 *
 * The work grows with the length of the text and no faster.
 */
export function redactText(text: string): string {
  const seen = suspicionsOf(text);
  if (seen === 0) return text;
  let result = text;
  if (seen & MAYBE_DASHES) {
    if (result.includes('-----BEGIN')) result = redactPrivateKeys(result);
    result = result.replace(FLAG, (whole, name: string) => (isSecretName(name) ? `--${name} ${REDACTED}` : whole));
  }
  if (seen & MAYBE_NAMED) {
    if (result.includes('://')) result = redactUrls(result);
    if (NAMED_VALUE.test(result)) result = redactNamedValues(result);
  }
  if (seen & MAYBE_BEARER) result = result.replace(BEARER, redactCredentials);
  return redactShapes(result, seen);
}

/** Everything between the lines of a PEM block that holds a private key; to the end when the block has none. */
function redactPrivateKeys(text: string): string {
  let result = '';
  let done = 0;
  for (let begin = text.indexOf('-----BEGIN'); begin !== -1; begin = text.indexOf('-----BEGIN', done)) {
    const head = /^-----BEGIN [A-Z0-9 ]{0,40}-----/.exec(text.slice(begin, begin + 64));
    if (!head || !head[0].includes('PRIVATE KEY')) {
      result += text.slice(done, begin + 10);
      done = begin + 10;
      continue;
    }
    const from = begin + head[0].length;
    result += text.slice(done, from) + REDACTED;
    const end = text.indexOf('-----END', from);
    if (end === -1) return result;
    done = end;
  }
  return result + text.slice(done);
}

function redactUrls(text: string): string {
  let result = '';
  let done = 0;
  for (let i = text.indexOf('://'); i !== -1; i = text.indexOf('://', Math.max(done, i + 3))) {
    let start = i;
    while (start > done && i - start < 32 && /[A-Za-z0-9+.-]/.test(text[start - 1] as string)) start--;
    const quoted = text[start - 1] === "'";
    let end = i + 3;
    while (end < text.length && !URL_END.test(text[end] as string) && !(quoted && text[end] === "'")) end++;
    result += text.slice(done, start) + redactUrl(text.slice(start, end));
    done = end;
  }
  return result + text.slice(done);
}

/** `password=…`, `"token": "…"`, `Cookie: …`, `--api-key=…`, `<secret>…</secret>` */
function redactNamedValues(text: string): string {
  let result = '';
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x3d && code !== 0x3a && code !== 0x3e) continue; // = : >
    if (i < done) continue;
    const name = nameBefore(text, i, done);
    if (name === '' || (code === 0x3e && text[i - name.length - 1] !== '<')) continue;
    const secrecy = secrecyOf(name);
    if (secrecy === 'none') continue;
    const [start, end] = valueAfter(text, i + 1, name);
    const value = text.slice(start, end);
    if (NO_SECRET.test(value) || (secrecy === 'text' && /tokens$/i.test(name) && /^\d{1,9}$/.test(value))) continue;
    result += text.slice(done, start) + REDACTED;
    done = end;
    i = Math.max(i, end - 1);
  }
  return result + text.slice(done);
}

/** The name in front of a separator, through quotes and a little white space; `API key` is taken as one. */
function nameBefore(text: string, separator: number, floor: number): string {
  let end = separator;
  while (end > floor && separator - end < 6 && /[\s"'`\\\]]/.test(text[end - 1] as string)) end--;
  let start = wordStart(text, end, floor);
  if (/^keys?$|^code$|^number$|^id$|^string$/i.test(text.slice(start, end)) && text[start - 1] === ' ') {
    start = wordStart(text, start - 1, floor);
  }
  return text.slice(start, end);
}

function wordStart(text: string, end: number, floor: number): number {
  let start = end;
  while (start > floor && end - start < 64 && NAME_CHAR.test(text[start - 1] as string)) start--;
  return start;
}

function valueAfter(text: string, from: number, name: string): [start: number, end: number] {
  let start = from;
  while (start - from < 8 && /[ \t=>]/.test(text[start] ?? '')) start++;
  const open = /^\\{0,3}["'`]/.exec(text.slice(start, start + 4))?.[0];
  if (open) return [start + open.length, closingQuote(text, start + open.length, open)];
  const first = text[start];
  if (first === '{' || first === '[') return [start, closingBracket(text, start)];
  // The value of these headers has spaces and semicolons of its own.
  const lineLong = text[from - 1] === ':' && /(?:authorization|cookie)$/i.test(name);
  let end = start;
  while (end < text.length && !(lineLong ? /[\r\n"'`<>\\]/ : VALUE_END).test(text[end] as string)) end++;
  return [start, end];
}

/** Where the value that `open` began ends. To the end of the text when it does not. */
function closingQuote(text: string, from: number, open: string): number {
  // A quote inside the value has a backslash before it; in JSON inside of JSON, where quotes are `\"`, it has two, and so on.
  const step = 2 * open.length;
  for (let i = text.indexOf(open, from); i !== -1; i = text.indexOf(open, i + open.length)) {
    let slashes = 0;
    while (i - slashes > from && text[i - slashes - 1] === '\\') slashes++;
    if (slashes % step === 0) return i;
  }
  return text.length;
}

function closingBracket(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return i + 1;
  }
  return text.length;
}

/** `Bearer of news` and `Basic authentication` are no credentials. */
function redactCredentials(whole: string, scheme: string, space: string, value: string): string {
  const isSecret = /^basic$/i.test(scheme)
    ? Buffer.from(value, 'base64').toString('latin1').includes(':')
    : value.length >= 20 || !/^[A-Z]?[a-z]+[.:]?$/.test(value);
  return isSecret && value !== REDACTED ? `${scheme}${space}${REDACTED}` : whole;
}
