import { redactCommands, redactUserFlags } from './command-lines.ts';
import { redactEncoded } from './encodings.ts';
import { redactListedValues } from './listed-values.ts';
import { redactNamedValues } from './named-values.ts';
import { redactManifest } from './redact-manifest.ts';
import { redactPgpass, redactPlacedValues } from './placed-values.ts';
import { withoutDisguise } from './disguise.ts';
import { redactStatedValues } from './stated-values.ts';
import { redactCells } from './table-cells.ts';
import { redactGraphqlVariables } from './redact-graphql.ts';
import { redactUrl, redactPath, redactQuery, hasOpenPassword } from './redact-url.ts';
import { isSecretUnder, mayHoldSecretName } from './secret-names.ts';
import { REDACTED, redactShapes } from './secret-shapes.ts';
import { redactStatements } from './sql-in-text.ts';
import {
  MAYBE_BEARER,
  MAYBE_COLOUR,
  MAYBE_COMMAND,
  MAYBE_DASHES,
  MAYBE_DISGUISED,
  MAYBE_ENCODED,
  MAYBE_NAMED,
  MAYBE_PATH,
  MAYBE_PLACED,
  MAYBE_PORT,
  MAYBE_QUOTED,
  MAYBE_SQL,
  MAYBE_STATED,
  suspicionsOf,
} from './suspicion.ts';

const BEARER = /\b(bearer|basic)(,?\s{1,4}["']?|\+)([A-Za-z0-9._~+/:=-]{6,})/gi;

/** A flag of a command line, with its value behind a space. */
const FLAG = /(?<![\w-])--?([A-Za-z][\w-]{0,63}) ("[^"\n]{0,1024}"|'[^'\n]{0,1024}'|(?!-)\S+)/g;

const PRIVATE_KEY = /^-{4,5} ?BEGIN [A-Z0-9 ]{0,40}-{4,5}/;

const URL_END = /[\s"`<>\\]/;
const MAX_PASSWORD_LENGTH = 128;
/** The query of a URL that begins with its path, or with nothing. */
const QUERY = /\?(?=[\w.[\]%~-]{1,64}=)(?:[^\s"'`<>\\]|\\u00)+/g;
/** Punctuation of the sentence or the code that a URL stands in. */
const BEHIND_URL = /[)\]}.,;:!]+$/;
const PATH = /\/[^\s"'`<>?#]+/g;

/** `ESC[32m`, also as JSON and JavaScript write it. */
const COLOUR = /(?:\u001b|\\u001b|\\x1b)\[[\d;]{0,16}m/gi;

/** Texts inside of texts are looked into no deeper than this. */
const MAX_DEPTH = 3;
/** Two are the rule: the second finds nothing. */
const MAX_ROUNDS = 8;

/**
 * Text that people and programs write (messages, stack traces, log lines) without the secrets that can be told apart in
 * it: private keys, URLs' user info and query values, `name=value` and `name: value` under a secret name, bearer and basic
 * credentials, strings in statements of SQL, tokens of known shapes, e-mail addresses and card numbers. Also where they are
 * written with escapes (`%3D`, `\n`); a terminal's colours are lost where something is removed.
 *
 * The work grows with the length of the text and no faster.
 */
export function redactText(text: string): string {
  let result = redactLayer(text, 0);
  // What stood beside something that was removed may read otherwise now.
  for (let round = 1, before = text; result !== before && round < MAX_ROUNDS; round++) {
    before = result;
    result = redactLayer(result, 0);
  }
  return result;
}

function redactLayer(text: string, depth: number): string {
  const seen = suspicionsOf(text);
  if (seen === 0) return text;
  if (seen & MAYBE_COLOUR) {
    const plain = text.replace(COLOUR, ' '); // not glued: a key may begin behind it
    if (plain !== text) {
      const redacted = redactLayer(plain, depth);
      return redacted === plain ? text : redacted;
    }
  }
  if (seen & MAYBE_DISGUISED) {
    const plain = withoutDisguise(text);
    if (plain !== text) {
      const redacted = redactLayer(plain, depth);
      return redacted === plain ? text : redacted;
    }
  }
  let result = text;
  if (seen & MAYBE_PLACED) result = redactManifest(redactPlacedValues(result));
  if (seen & MAYBE_PORT) result = redactPgpass(result);
  if (seen & MAYBE_DASHES && result.includes('BEGIN ')) result = redactPrivateKeys(result);
  if (seen & (MAYBE_DASHES | MAYBE_COMMAND)) {
    if (result.includes('-u')) result = redactUserFlags(result);
    result = result.replace(FLAG, (whole, name: string, value: string) =>
      isSecretUnder(name, value) ? `${whole.slice(0, whole.indexOf(' '))} ${REDACTED}` : whole,
    );
  }
  if (seen & MAYBE_COMMAND || (seen & MAYBE_NAMED && result.includes('oracle:'))) result = redactCommands(result);
  if (seen & MAYBE_SQL && (seen & (MAYBE_QUOTED | MAYBE_NAMED) || result.includes('('))) result = redactStatements(result);
  if (seen & MAYBE_NAMED) {
    if (result.includes('://')) result = redactUrls(result);
    if (result.includes('?')) result = result.replace(QUERY, redactQueryRun);
    if (result.includes('variables')) result = redactGraphqlVariables(result);
    if (mayHoldSecretName(result)) result = redactNamedValues(result);
  }
  if (seen & MAYBE_QUOTED && /["'`],/.test(result) && mayHoldSecretName(result)) result = redactListedValues(result);
  if (seen & MAYBE_STATED) result = redactStated(result);
  if (seen & MAYBE_BEARER) result = result.replace(BEARER, redactCredentials);
  if (seen & MAYBE_PATH) result = result.replace(PATH, redactPath);
  if (seen & MAYBE_ENCODED && depth < MAX_DEPTH) result = redactEncoded(result, (decoded) => redactLayer(decoded, depth + 1));
  return redactShapes(result, seen);
}

/** What looks like a secret has a digit in it, but for cells below a header. */
function redactStated(text: string): string {
  const isTable = /[\t\n|│]| {2}/.test(text) && mayHoldSecretName(text);
  const result = isTable ? redactCells(text) : text;
  return /\d/.test(result) ? redactStatedValues(result) : result;
}

/** Everything between the lines of a PEM block that holds a private key; to the end when the block has none. */
function redactPrivateKeys(text: string): string {
  let result = '';
  let done = 0;
  for (let begin = text.indexOf('----'); begin !== -1; begin = text.indexOf('----', Math.max(done, begin + 1))) {
    const head = PRIVATE_KEY.exec(text.slice(begin, begin + 64))?.[0];
    if (head === undefined || !head.includes('PRIVATE KEY')) continue;
    const from = begin + head.length;
    result += text.slice(done, from) + REDACTED;
    const end = /-{4,5} ?END/.exec(text.slice(from))?.index ?? -1;
    if (end === -1) return result;
    done = from + end;
  }
  return result + text.slice(done);
}

function redactUrls(text: string): string {
  let result = '';
  let done = 0;
  for (let i = text.indexOf('://'); i !== -1; i = text.indexOf('://', Math.max(done, i + 3))) {
    let start = i;
    while (start > done && i - start < 32 && /[A-Za-z0-9+.-]/.test(text[start - 1] as string)) start--;
    const isQuoted = text[start - 1] === "'";
    let end = urlEnd(text, i + 3, isQuoted);
    const at = passwordEnd(text, i + 3, end);
    if (at !== -1) end = urlEnd(text, at, isQuoted);
    result += text.slice(done, start) + redactUrl(text.slice(start, end));
    done = end;
  }
  return result + text.slice(done);
}

function urlEnd(text: string, from: number, isQuoted: boolean): number {
  let end = from;
  while (end < text.length && !URL_END.test(text[end] as string) && !(isQuoted && text[end] === "'")) end++;
  return end;
}

/** The `@` behind a password with a character that ends URLs; -1 when there is none on this line, before another URL. */
function passwordEnd(text: string, authority: number, end: number): number {
  const colon = text.indexOf(':', authority);
  if (end === text.length || colon === -1 || colon >= end) return -1;
  const shown = text.slice(authority, Math.min(end, authority + MAX_PASSWORD_LENGTH));
  if (shown.includes('@') || !/^[^/?#]*:/.test(shown) || !(hasOpenPassword(shown) || (shown.endsWith(':') && /\S/.test(text[end] ?? ' '))))
    return -1;
  const rest = /^[^\r\n@]*@/.exec(text.slice(end, end + MAX_PASSWORD_LENGTH))?.[0];
  return rest === undefined || rest.includes('://') ? -1 : end + rest.length - 1;
}

function redactQueryRun(run: string): string {
  const behind = BEHIND_URL.exec(run.slice(-8))?.[0] ?? '';
  return redactQuery(run.slice(0, run.length - behind.length)) + behind;
}

/** `Bearer of news` and `Basic authentication` are no credentials. */
function redactCredentials(whole: string, scheme: string, space: string, value: string): string {
  const isSecret = /^basic$/i.test(scheme)
    ? Buffer.from(value, 'base64').toString('latin1').includes(':')
    : value.length >= 20 || !/^[A-Z]?[a-z]+[.:]?$/.test(value);
  if ((space.startsWith(',') && !/\d/.test(value)) || /^(?:realm|error|scope|charset|resource\w{0,16})=/.test(value)) return whole; // `bearer, basic and digest`
  // `token_type=Bearer expires_in=3600`
  return isSecret && value !== REDACTED && !/^[a-z_]{1,32}=[^=]/.test(value) ? `${scheme}${space}${REDACTED}` : whole;
}
