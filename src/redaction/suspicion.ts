/** One cheap look at a text, so that ordinary ones cost no more than that. */
import { isDisguise } from './disguise.ts';
import { ISSUERS } from './issuers.ts';

/** Bits of what `suspicionsOf` saw. None of them means that nothing in the text would be changed. */
export const MAYBE_KEY = 1;
export const MAYBE_CARD = 2;
export const MAYBE_ADDRESS = 4;
/** A separator as between name and value. */
export const MAYBE_NAMED = 8;
export const MAYBE_BEARER = 16;
/** Two dashes: a private key's frame, or a flag of a command line. */
export const MAYBE_DASHES = 32;
/** Characters written as `%3D`, `\u003d`, `\n` or `&quot;`. */
export const MAYBE_ENCODED = 64;
/** An escape sequence of a terminal. */
export const MAYBE_COLOUR = 128;
/** A word that statements of SQL, or a driver's message about one, begin with. */
export const MAYBE_SQL = 256;
/** A segment of a path behind which a token may stand. */
export const MAYBE_PATH = 512;
export const MAYBE_QUOTED = 1024;
/** A program or a flag of a command line behind which a password may stand. */
export const MAYBE_COMMAND = 2048;
/** A name behind which a secret may stand without a separator. */
export const MAYBE_STATED = 4096;
/** A word of a protocol, a statement or a file behind which a secret stands: see `placed-values.ts`. */
export const MAYBE_PLACED = 8192;
/** A port, or what stands for any, in front of a separator. */
export const MAYBE_PORT = 32768;
/** Characters that are not seen, or that are the wide forms of ASCII. */
export const MAYBE_DISGUISED = 16384;

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
/** Joins groups of digits. */
const JOINT = 3;
const SEPARATOR = 4;
const AT = 5;
const QUOTE = 6;
const SLASH = 7;
/** `%`, `\`, `&` and the terminal's escape. */
const ESCAPE = 8;
/** `$`, `{` and `~` */
const SIGN = 9;

const KINDS = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z]/.test(char)) KINDS[code] = LETTER;
  else if (/\d/.test(char)) KINDS[code] = DIGIT;
  else if (char === ' ' || char === '-' || char === '+') KINDS[code] = JOINT;
  else if (/[=:>]/.test(char)) KINDS[code] = SEPARATOR;
  else if (char === '@') KINDS[code] = AT;
  else if (char === '"' || char === "'") KINDS[code] = QUOTE;
  else if (char === '/') KINDS[code] = SLASH;
  else if (/[%\\&\u001b]/.test(char)) KINDS[code] = ESCAPE;
  else if (/[${~]/.test(char)) KINDS[code] = SIGN;
}

/** What a statement, or a driver's message about a value, begins with. */
const SQL =
  /^(?:(?:select|insert|update|delete|replace|merge|exec|execute|call|create|alter)\s|duplicate (?:entry|key)|dup key:|incorrect |truncated |invalid |unterminated |malformed |out of range|conversion failed|failing row|near ["']|value (?:"|out of)|key \(|with args )/i;
/** Such a name, or the last word of one. */
const STATED =
  /^(?:pass(?:word|wd|phrase|code|wort|e\b)|kennwort|wachtwoord|contrase|clave\b|senha\b|pwd|pin\b|otp\b|tokens?\b|secret|api[ _-]?key|key\b|authorization|code\b)/i;
/** What stands without a flag before a password. */
const COMMAND = /^(?:machine|default|sqlplus|sqlldr|expdp|impdp)\s/;
/** What a value has its place behind. */
const PLACED =
  /^(?:identified\s|(?:alter|create)\s{1,8}(?:user|role|login|database\s)|sp_(?:add|pass|setapp)|AUTH[ E]|PASS |LOGIN |ACL SETUSER|acl setuser|requirepass|masterauth|rootpw|kind["'\\:]|snmp-server|htpasswd|smbclient|rpcclient|net use|Private-Lines|Negotiate |NTLM )/i;
/** The hash of a password. */
const HASH = /^(?:\$(?:\w{1,13}|pbkdf2-\w{1,6})\$|\{S?(?:SHA|MD5|CRYPT))/;
/** A segment behind which a token may stand, and more behind it. */
const PATH =
  /^(?:bot\d|(?:services|workflows|triggers|interactions|x?api|access|refresh|private|client|token|secret|passw|pwd|key|auth|reset|recover|invit|verif|confirm|hook|magic|activat|unsubscribe|share|login|signin|sso|session|jwt|code|otp|link|cookie|cred)[\w.-]{0,24}\/)/i;

/** The shortest key, and Discord's, whose beginning is no mark. */
const KEY_LENGTH = 11;
const UNMARKED_KEY_LENGTH = 23;

/** Whether any word of interest begins with these two characters, and with these three. */
const pairs = new Uint8Array(1 << 14);
const starts = new Uint16Array(1 << 13);
function addStarts(words: string, bit: number): void {
  for (const word of words.split(' ')) {
    const [first, second, third] = [word.charCodeAt(0), word.charCodeAt(1), word.charCodeAt(2)];
    pairs[(first << 7) | second] = 1;
    starts[hash(first, second, third)]! |= bit;
  }
}
for (const { starts: marks } of ISSUERS) for (const mark of marks) addStarts(mark.slice(0, 3), MAYBE_KEY);
for (const [words, bit] of [
  ['bea bas', MAYBE_BEARER],
  [
    'bot ser wor tri int tok sec pas pwd key aut res rec inv ver con hoo web mag act uns sha log sig sso ses jwt cod otp lin coo cre api acc ref pri cli xap',
    MAYBE_PATH,
  ],
  ['mac def sql exp imp', MAYBE_COMMAND],
  ['ide alt cre sp_ acl kin', MAYBE_PLACED],
  ['pas ken wac con cla sen pwd pin otp tok sec api key aut cod', MAYBE_STATED],
  ['sel ins upd del rep mer exe cal cre alt dup inc tru inv unt mal out con fai nea key wit val', MAYBE_SQL],
] as const) {
  addStarts(words, bit);
  addStarts(words.toUpperCase(), bit);
  addStarts(
    words.replace(/\b\w/g, (letter) => letter.toUpperCase()),
    bit,
  );
}
addStarts('bEA bAS', MAYBE_BEARER);
addStarts('AUT PAS LOG req mas roo snm htp smb rpc net Pri Neg NTL', MAYBE_PLACED);
for (const first of 'MNO')
  for (let second = 0; second < 128; second++) if (KINDS[second] === LETTER) pairs[(first.charCodeAt(0) << 7) | second] = 1;

/** Collisions cost a closer look, and nothing else. */
function hash(first: number, second: number, third: number): number {
  return (first * 961 + second * 31 + third) & 8191;
}

export function suspicionsOf(text: string): number {
  let found = 0;
  let digits = 0;
  let previous = OTHER;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? (KINDS[code] as number) : OTHER;
    switch (kind) {
      case LETTER:
        if (previous !== LETTER && previous !== DIGIT && pairs[(code << 7) | (text.charCodeAt(i + 1) & 127)] === 1)
          found |= wordAt(text, i, code);
        digits = 0;
        break;
      case DIGIT:
        if (++digits === 13) found |= MAYBE_CARD;
        break;
      case JOINT:
        if (previous !== DIGIT) digits = 0;
        if (code === 0x2d) found |= dashAt(text, i);
        break;
      case SEPARATOR:
        found |= digits >= 4 || text[i - 1] === '*' ? MAYBE_NAMED | MAYBE_PORT : MAYBE_NAMED;
        digits = 0;
        break;
      case AT:
        found |= MAYBE_ADDRESS;
        digits = 0;
        break;
      case QUOTE:
        found |= MAYBE_QUOTED;
        digits = 0;
        break;
      case SLASH:
        if (previous === DIGIT && text.startsWith('/0', i + 1)) found |= MAYBE_KEY; // `1//0…`, Google
        digits = 0;
        break;
      case SIGN:
        found |= signAt(text, i, code);
        digits = 0;
        break;
      case ESCAPE:
        found |= escapeAt(text, i, code);
        digits = 0;
        break;
      default:
        if (code > 127) found |= foreignAt(code);
        if (!(code === 0x2e || code === 0xa0 || (code >= 0x2007 && code <= 0x202f)) || previous !== DIGIT) digits = 0; // `4111.1111.1111.1111`, and spaces that do not break
    }
    previous = kind;
  }
  return found;
}

/** `$2b$12$…`, `{SSHA}…`, `…8Q~…`: what begins, or marks, a hash or a key. */
function signAt(text: string, i: number, code: number): number {
  const next = text.charCodeAt(i + 1);
  if (code === 0x7e) return text[i - 1] === 'Q' ? MAYBE_KEY : 0;
  if (code === 0x7b && next !== 0x53 && next !== 0x4d && next !== 0x43) return 0; // S, M, C
  return HASH.test(text.slice(i, i + 16)) ? MAYBE_KEY : 0;
}

/** Beyond ASCII. */
function foreignAt(code: number): number {
  if (code === 0xff1a || code === 0xff1d) return MAYBE_NAMED; // `：` and `＝`
  if (code >= 0x410 && code <= 0x44f) return MAYBE_STATED; // `пароль …`
  return isDisguise(code) ? MAYBE_DISGUISED : 0;
}

/** `--token`, `----BEGIN`, and ` -p` */
function dashAt(text: string, i: number): number {
  const next = text.charCodeAt(i + 1);
  if (next === 0x2d) return MAYBE_DASHES;
  return text.charCodeAt(i - 1) === 0x20 && /[akpPstuUw]/.test(text[i + 1] ?? '') ? MAYBE_COMMAND : 0;
}

function escapeAt(text: string, i: number, code: number): number {
  if (code === 0x1b) return MAYBE_COLOUR;
  const next = text.charCodeAt(i + 1);
  if (code === 0x5c)
    return next === 0x75 || next === 0x78 ? MAYBE_ENCODED | MAYBE_COLOUR : /[nrt/]/.test(text[i + 1] ?? '') ? MAYBE_ENCODED : 0;
  if (code === 0x26) return next === 0x23 || /^(?:amp|quot|apos|lt|gt);/.test(text.slice(i + 1, i + 6)) ? MAYBE_ENCODED : 0;
  return /^[\da-f]{2}/i.test(text.slice(i + 1, i + 3)) ? MAYBE_ENCODED : 0;
}

function wordAt(text: string, i: number, first: number): number {
  let bits = starts[hash(first, text.charCodeAt(i + 1), text.charCodeAt(i + 2))] as number;
  if (bits & MAYBE_KEY && !hasKeyLength(text, i, KEY_LENGTH)) bits &= ~MAYBE_KEY;
  if (bits & MAYBE_SQL && !SQL.test(text.slice(i, i + 18))) bits &= ~MAYBE_SQL;
  if (first >= 0x4d && first <= 0x4f && hasKeyLength(text, i, UNMARKED_KEY_LENGTH)) bits |= MAYBE_KEY; // M, N, O
  if (bits & MAYBE_COMMAND && !COMMAND.test(text.slice(i, i + 9))) bits &= ~MAYBE_COMMAND;
  if (bits & MAYBE_STATED && !STATED.test(text.slice(i, i + 14))) bits &= ~MAYBE_STATED;
  if (bits & MAYBE_PLACED && (text.startsWith('uest', i + 3) || !PLACED.test(text.slice(i, i + 26)))) bits &= ~MAYBE_PLACED;
  if (bits & MAYBE_PATH && !(/[/_-]/.test(text[i - 1] ?? '') && PATH.test(text.slice(i, i + 48)))) bits &= ~MAYBE_PATH;
  return bits;
}

function hasKeyLength(text: string, from: number, length: number): boolean {
  for (let i = from + 2; i < from + length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? (KINDS[code] as number) : OTHER;
    if (kind !== LETTER && kind !== DIGIT && !isKeySign(code)) return false;
  }
  return true;
}

/** `-`, `.`, `_`, what base64 has (`+`, `/`, `=`), and what parts of a hash have between them (`:`, `$`). */
function isKeySign(code: number): boolean {
  return (
    code === 0x24 || code === 0x3a || code === 0x2d || code === 0x2e || code === 0x5f || code === 0x2b || code === 0x2f || code === 0x3d
  );
}
