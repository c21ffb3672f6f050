/**
 * Secrets that are known by their looks, wherever they stand. Every pattern either takes all it can or gives up after a
 * bounded number of characters, so that the work grows with the length of the text and no faster.
 */

import { ISSUERS, patternOf } from './issuers.ts';
import { MAYBE_ADDRESS, MAYBE_CARD, MAYBE_KEY, MAYBE_NAMED, MAYBE_PATH, suspicionsOf } from './suspicion.ts';

/** The word that OpenTelemetry's semantic conventions put in a secret's place. */
export const REDACTED = 'REDACTED';

/** No part of a longer word. */
const KEYS = new RegExp(`(?<![A-Za-z0-9])(?:${ISSUERS.map(patternOf).join('|')})`, 'g');

/** Paths of addresses that are themselves the key: Telegram's bots, Slack's and Discord's hooks. */
const KEYS_IN_PATHS =
  /((?<![A-Za-z0-9])bot)\d{3,}:[\w-]{3,}|(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]+|(\/api\/(?:v\d{1,2}\/)?webhooks\/\d{1,20}\/)[\w-]+/gi;

/** Joined as a person joins them. */
const DIGIT_GROUPS = /\d[\d +\u00a0\u2007\u2009\u2011\u202f-]{12,}/g;
const GROUP_JOINT = /([ +\u00a0\u2007\u2009\u2011\u202f-])/;
/** Dots join groups of one card only, in the scheme's own lengths: versions, addresses and fractions have them too. */
const DOTTED_CARD = /(?<![\w.])(?:\d{4}\.\d{4}\.\d{4}\.\d{4}|3\d{3}\.\d{6}\.\d{5})(?![\w]|\.\w)/g;
/** What makes a number beside it a measurement, and no card: `duration_ns: 378282246310005`, `378282246310005 ns`. */
const MEASURED_BEFORE =
  /(?:[_.\s"'-](?:[nuµm]s|bytes|time|timestamp|duration|elapsed|offset|size|count|total)|(?:Ns|Us|Ms|Bytes|Time|Duration)|nanos|micros|millis)["'\]]{0,2}\s{0,2}[:=]\s{0,2}"?$/;
const MEASURED_BEHIND = /^(?:\.\d| ?(?:[nuµm]s|bytes|B)\b)/;

const LOCAL_PART_END = /[\s"'`<>()[\]{},;:=/\\|&?#@]/;
const DOMAIN_CHAR = /[A-Za-z0-9.\-\u00a1-\uffff]/;
/** `express@4.18.2`, `icon@2x.png`, `image:tag@sha256:…` */
const NOT_A_DOMAIN = /^(?:v?\d+(?:\.\d|$)|\d+x(?:$|\.(?:png|jpe?g|webp|gif|svg|avif)\b)|sha\d+$)/;
const IP_ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** A password may hold anything else. */
const PASSWORD_END = /[\s"'`<>(){}]/;
const MAX_USER_AND_PASSWORD = 192;
const TOP_LEVEL_DOMAIN = /\.[A-Za-z\u00a1-\uffff]{2,63}$/;

/**
 * `text` without keys of known shapes, e-mail addresses and card numbers.
 *
 * @param seen - what `suspicionsOf` said of the text or of what it was made from.
 */
export function redactShapes(text: string, seen = suspicionsOf(text)): string {
  if (seen === 0) return text;
  let result = text;
  if (seen & MAYBE_KEY || (seen & MAYBE_NAMED && result.includes(':AA'))) result = result.replace(KEYS, REDACTED);
  if (seen & (MAYBE_PATH | MAYBE_NAMED) && /bot\d|hooks\.slack|webhooks\//i.test(result)) {
    result = result.replace(KEYS_IN_PATHS, (_, bot?: string, slack?: string, discord?: string) => `${bot ?? slack ?? discord}${REDACTED}`);
  }
  if (seen & MAYBE_ADDRESS) result = redactAddresses(result);
  if (seen & MAYBE_CARD) {
    result = result.replace(DIGIT_GROUPS, redactCards);
    if (result.includes('.')) result = result.replace(DOTTED_CARD, (card) => (isCardNumber(card.replaceAll('.', '')) ? REDACTED : card));
  }
  return result;
}

/** Whether a whole number is that of a payment card. */
export function isCardNumber(digits: string): boolean {
  return hasIssuer(digits) && passesLuhn(digits);
}

/** E-mail addresses, and the password in `user:password@host`. */
function redactAddresses(text: string): string {
  let result = '';
  let done = 0;
  /** Behind the last `@` that is no part of a password. */
  let floor = 0;
  for (let i = text.indexOf('@'); i !== -1; i = text.indexOf('@', i + 1)) {
    let end = i + 1;
    const limit = Math.min(text.length, end + 255);
    while (end < limit && DOMAIN_CHAR.test(text[end] as string)) end++;
    if (text[end] === '@') continue; // it belongs to the password in front of the next one
    const start = localStart(text, i, floor);
    const local = text.slice(start, i);
    const domain = text.slice(i + 1, end).replace(/[.-]{1,8}$/, '');
    const isAddress = IP_ADDRESS.test(domain) || /^\[[\da-f:.]{2,45}\]/i.test(text.slice(i + 1, i + 48));
    if (local !== REDACTED && (isAddress || (domain !== '' && !NOT_A_DOMAIN.test(domain)))) {
      const password = passwordStart(text, i, floor);
      const isEmail = TOP_LEVEL_DOMAIN.test(domain);
      if (password !== -1 || (isEmail && local !== '' && local !== 'git')) {
        result += text.slice(done, password === -1 ? start : password) + REDACTED;
        done = isEmail ? i + 1 + domain.length : i;
      }
    }
    floor = Math.max(i + 1, done);
  }
  return result + text.slice(done);
}

function localStart(text: string, at: number, floor: number): number {
  let start = at;
  const open = text[at - 1] === '"' ? text.lastIndexOf('"', at - 2) : -1;
  if (open >= floor && open !== -1 && at - open <= 66) return open; // `"ann b"@example.com`
  while (start > floor && at - start < 64 && !LOCAL_PART_END.test(text[start - 1] as string)) start--;
  return start;
}

/** Where the password begins in what stands in front of the `@` at `at`, behind `user:`; -1 when there is none. */
function passwordStart(text: string, at: number, floor: number): number {
  let start = at;
  while (start > floor && at - start < MAX_USER_AND_PASSWORD && !PASSWORD_END.test(text[start - 1] as string)) start--;
  let userLength = 0;
  for (let i = start; i < at - 1; i++) {
    const char = text[i] as string;
    if (char === ':' && userLength > 0 && !/^(?:\/\/|\d{1,5}\/)/.test(text.slice(i + 1, i + 7))) return i + 1;
    if (/[\w.%+-]/.test(char)) userLength++;
    else userLength = /[,;=/|]/.test(char) ? 0 : -MAX_USER_AND_PASSWORD;
  }
  return -1;
}

/** Looks for cards among digit groups that stand together: a card may be one group or several, and have numbers beside it. */
function redactCards(run: string, offset: number, text: string): string {
  if (run.length < 13 || isMeasured(text, offset, offset + run.length)) return run;
  const groups = run.split(GROUP_JOINT);
  // A group that continues a word, or a fraction, is no card.
  const first = /[\w.]/.test(text[offset - 1] ?? '') ? 2 : 0;
  const last = groups.length - (/\w/.test(text[offset + run.length] ?? '') ? 3 : 1);
  for (let i = first; i <= last; i += 2) {
    let digits = '';
    for (let j = i; j <= last && digits.length < 19; j += 2) {
      const group = groups[j] as string;
      if (digits !== '' && (group.length < 3 || group.length > 6)) break;
      digits += group;
      if (!isCardNumber(digits)) continue;
      groups.fill('', i, j + 1);
      groups[i] = REDACTED;
      i = j;
      break;
    }
  }
  return groups.join('');
}

function isMeasured(text: string, start: number, end: number): boolean {
  return MEASURED_BEHIND.test(text.slice(end, end + 8)) || MEASURED_BEFORE.test(text.slice(Math.max(0, start - 24), start));
}

/** Lengths and beginnings of the card schemes, so that ids and times of as many digits stay. */
function hasIssuer(digits: string): boolean {
  const head = Number(digits.slice(0, 4));
  switch (digits.length) {
    case 13:
      return digits.startsWith('4');
    case 14:
      return (head >= 3000 && head <= 3059) || (head >= 3600 && head <= 3699) || (head >= 3800 && head <= 3999);
    case 15:
      return (head >= 3400 && head <= 3499) || (head >= 3700 && head <= 3799);
    case 16:
    case 17:
    case 18:
    case 19:
      return (
        (digits.startsWith('4') && (digits.length === 16 || digits.length === 19)) ||
        (digits.length === 16 && ((head >= 5100 && head <= 5599) || (head >= 2221 && head <= 2720))) ||
        head === 6011 ||
        (head >= 6200 && head <= 6299) ||
        (head >= 6440 && head <= 6599) ||
        (head >= 3528 && head <= 3589)
      );
    default:
      return false;
  }
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits.charCodeAt(i) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}
