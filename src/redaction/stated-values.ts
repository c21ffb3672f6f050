/**
 * Secrets beside their name without a separator: `password is …`, `passwd[…]`, `x-access-token …`, `Your code is 998877`.
 *
 * A name and a word beside it are most often no secret (`password is required`, `token bucket`), so the value has to look like one.
 */
import { wordStart } from './name-start.ts';
import { rowOf } from './secret-names.ts';
import { REDACTED } from './secret-shapes.ts';
import type { SecretName } from './name-table.ts';

/** What a name of this kind holds, to find it by; the table of names judges the whole word. */
const NAME =
  /pass(?:word|wd|phrase|code|wort|e)|kennwort|wachtwoord|contrase(?:ñ|n)a|clave|senha|парол|pwd|pin|otp|token|secret|key|authorization|code/gi;
const REST_OF_NAME = /^[\p{L}\p{N}_-]{0,32}/u;

interface Form {
  /** What stands between the name and the value, and for which rows of the table of names. */
  readonly begins: RegExp;
  readonly looksLikeSecret: (value: string, row: SecretName) => boolean;
  /** What must stand behind the value. */
  readonly ends: RegExp;
}

/** Each sees a short text. The first that fits counts. */
const FORMS: readonly Form[] = [
  // `password is now hunter2`, `set password for ann to hunter2`, `Passwort ist …`
  {
    begins:
      /^(?: for [^\s]{1,64})?["'`]? (?:(?:is|was|equals|ist|est|es|é|är|er)(?: now)?(?: set to| changed to| reset to)?|to|as):? ["'`]?/,
    looksLikeSecret: (value, row) => isChosen(value) || (row.secrecy === 'text and numbers' && /^\d{4,8}$/.test(value)),
    ends: /^(?! ?(?:char|byte|bit|second|minute|hour|day|time|attempt|%))/,
  },
  // `passwd[…]`, `password (…)`
  {
    begins: /^ ?[[({<]["'`]?/,
    looksLikeSecret: (value, row) => isRandom(value) || (row.secrecy === 'text and numbers' && /^\d{6}$/.test(value)),
    ends: /^["'`]?[\])}>]/,
  },
  // `password …`, `x-access-token …`, `password|…`
  { begins: /^(?:[ \t]{1,16}|[|~#])["'`]?/, looksLikeSecret: isRandom, ends: /^/ },
];

const VALUE = /^[^\s"'`|,;()[\]{}<>]{4,128}/;
const BEHIND_VALUE = /[.!?:]+$/;
const LOOK_AHEAD = 256;

/** Names of methods, formats and versions, sizes and ordinals: letters and digits, and no secret. */
const ORDINARY =
  /^(?:v\d|x\d|p\d|sha|md\d|base\d|utf|[hrpe]s\d|aes|rsa|dsa|ecdsa|ed\d|oauth|argon|bcrypt|pbkdf|scrypt|https?|ipv|tls|ssl|saml|pkcs|xoauth|cram|scram|k8s|i18n|s3|ec2|\d+(?:st|nd|rd|th|[a-z]{1,2})?$)/i;
const WORD_AND_NUMBER = /^(?:[A-Za-z]?[a-z_-]+|[A-Z_-]+)-?\d{1,4}$/;
const PLACE = /[/\\=]|\.[A-Za-z]\w{0,4}(?::|$)/;

/** As people choose: `hunter2`. */
export function isChosen(value: string): boolean {
  return value.length >= 5 && /\d/.test(value) && /\p{L}/u.test(value) && !ORDINARY.test(value) && !PLACE.test(value);
}

/** As nobody names a thing: letters and digits, but for a word with a number behind it. */
export function isRandom(value: string): boolean {
  return value.length >= 6 && isChosen(value) && !WORD_AND_NUMBER.test(value);
}

/** Codes that are sent to people. A code is most often something else: `exit code is 134217`. */
const FOR_A_PERSON =
  /\b(?:your|verification|security|login|sign-?in|one-time|confirmation|activation|pairing|2fa|mfa|otp|sms)\b(?! (?:exit|error|status|country|zip|area|return|response|reason|postal|source|http|sql|process))[\w -]{0,24}$/i;
const CODE_BEHIND = /^(?:(?:: ?| is:? | was:? )(\d{4,8}|\d{3}[ -]\d{3})(?!\w|\.\w)| (\d{4,8}) (?=(?:to|for) \w))/;
const CODE_BEFORE = /(?:^|[\s-])(\d{4,8}) is your [\w -]{0,24}$/;

type Range = readonly [start: number, end: number];

export function redactStatedValues(text: string): string {
  let result = '';
  let done = 0;
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match; match = NAME.exec(text)) {
    if (match.index < done) continue;
    const start = wordStart(text, match.index, done);
    const end = NAME.lastIndex + (REST_OF_NAME.exec(text.slice(NAME.lastIndex, NAME.lastIndex + 32))?.[0].length ?? 0);
    const found = /^codes?$/i.test(text.slice(start, end)) ? codeAt(text, start, end, done) : valueOf(text, start, end, done);
    NAME.lastIndex = end;
    if (found === undefined) continue;
    result += text.slice(done, found[0]) + REDACTED;
    done = found[1];
    NAME.lastIndex = Math.max(end, done);
  }
  return result + text.slice(done);
}

function valueOf(text: string, start: number, end: number, floor: number): Range | undefined {
  const row = statedRow(text, start, end, floor);
  if (row === undefined) return undefined;
  const behind = text.slice(end, end + LOOK_AHEAD);
  for (const { begins, ends, looksLikeSecret } of FORMS) {
    const before = begins.exec(behind)?.[0];
    if (before === undefined) continue;
    const value = VALUE.exec(behind.slice(before.length))?.[0].replace(BEHIND_VALUE, '') ?? '';
    const from = end + before.length;
    if (value !== REDACTED && looksLikeSecret(value, row) && ends.test(behind.slice(before.length + value.length)))
      return [from, from + value.length];
  }
  return undefined;
}

/** The row of the name that ends at `end`, which may be of up to three words: `API key`, `mot de passe`. */
function statedRow(text: string, start: number, end: number, floor: number): SecretName | undefined {
  let from = start;
  for (let words = 0; words < 3; words++) {
    const row = rowOf(text.slice(from, end));
    if (row !== undefined) return row.isStated === true ? row : undefined;
    if (text[from - 1] !== ' ') return undefined;
    from = wordStart(text, from - 1, floor);
  }
  return undefined;
}

/** `Your code is 998877`, `Use your login code 998877 to …`, `998877 is your code`. */
function codeAt(text: string, start: number, end: number, floor: number): Range | undefined {
  const from = Math.max(floor, start - 64);
  const before = text.slice(from, start);
  const said = CODE_BEFORE.exec(before);
  if (said !== null) {
    const at = from + said.index + said[0].indexOf(said[1] as string);
    return [at, at + (said[1] as string).length];
  }
  const behind = CODE_BEHIND.exec(text.slice(end, end + 32));
  if (behind === null) return undefined;
  const isUsed = behind[2] !== undefined && /\b(?:use|enter|type) (?:the |this )?$/i.test(before);
  if (!isUsed && !FOR_A_PERSON.test(before)) return undefined;
  const code = (behind[1] ?? behind[2]) as string;
  const at = end + behind[0].indexOf(code);
  return [at, at + code.length];
}
