/**
 * Secrets that are known by their looks, wherever they stand. Every pattern either takes all it can or gives up after a
 * bounded number of characters, so that the work grows with the length of the text and no faster.
 */

import { MAYBE_ADDRESS, MAYBE_CARD, MAYBE_KEY, MAYBE_NAMED, suspicionsOf } from './suspicion.ts';

/** The word that OpenTelemetry's semantic conventions put in a secret's place. */
export const REDACTED = 'REDACTED';

/** The beginnings by which issuers mark their keys, and how much must follow. */
const KEYS = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    'eyJ[\\w-]{8,}(?:\\.[\\w-]*){0,4}', // JSON Web Tokens, and any other JSON in base64
    '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}', // AWS
    'AIza[\\w-]{20,}|ya29\\.[\\w-]{8,}|GOCSPX-[\\w-]{10,}', // Google
    'gh[pousr]_[A-Za-z0-9]{10,}|github_pat_\\w{10,}', // GitHub
    'gl(?:pat|dt|rt|cbt|ptt)-[\\w-]{8,}', // GitLab
    'sk-[\\w-]{20,}', // OpenAI, Anthropic
    '[sr]k_(?:live|test)_\\w{8,}|whsec_\\w{8,}', // Stripe
    'xox[abeoprs]-[\\w-]{8,}|xapp-[\\w-]{8,}', // Slack
    'npm_[A-Za-z0-9]{16,}|pypi-[\\w-]{16,}|dckr_pat_[\\w-]{16,}', // registries
    'SG\\.[\\w-]{16,}(?:\\.[\\w-]*)?|key-[0-9a-f]{32}|xkeysib-[\\w-]{16,}', // SendGrid, Mailgun, Brevo
    'hf_[A-Za-z0-9]{20,}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}|do[opr]_v1_[a-f0-9]{16,}|dapi[a-f0-9]{32}', // Hugging Face, Shopify, DigitalOcean, Databricks
    'SK[0-9a-f]{32}|sq0[a-z]{3}-[\\w-]{16,}|EAA[A-Za-z0-9]{40,}', // Twilio, Square, Facebook
    'hv[sb]\\.[\\w-]{20,}|AGE-SECRET-KEY-1[A-Z0-9]{10,}', // Vault, age
    '\\d{6,12}:AA[\\w-]{20,}', // Telegram, outside of a URL
  ].join('|')})`,
  'g',
);

/** Paths of addresses that are themselves the key: Telegram's bots, Slack's and Discord's hooks. */
const KEYS_IN_PATHS =
  /((?<![A-Za-z0-9])bot)\d{3,}(?::|%3A)[\w-]{3,}|(hooks\.slack\.com\/(?:services|workflows)\/)[\w/-]+|(\/api\/webhooks\/\d{1,20}\/)[\w-]+/gi;

/** Joined as a person or a URL joins them. */
const DIGIT_GROUPS = /\d+(?:(?:[ +-]|%2[0BDbd])\d+)*/g;
const GROUP_JOINT = /([ +-]|%2[0BDbd])/;

const LOCAL_PART_END = /[\s"'`<>()[\]{},;:=/\\|&?#@]/;
const DOMAIN_CHAR = /[A-Za-z0-9.\-\u00a1-\uffff]/;
/** `express@4.18.2`, `icon@2x.png`, `image:tag@sha256:…` */
const NOT_A_DOMAIN = /^(?:v?\d+(?:\.\d|x?$|x\.)|sha\d+$)/;
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
  if (/bot\d|hooks\.slack|webhooks\//i.test(result)) {
    result = result.replace(KEYS_IN_PATHS, (_, bot?: string, slack?: string, discord?: string) => `${bot ?? slack ?? discord}${REDACTED}`);
  }
  if (seen & MAYBE_ADDRESS) result = redactAddresses(redactAddresses(result, '@'), '%40');
  if (seen & MAYBE_CARD) result = result.replace(DIGIT_GROUPS, redactCards);
  return result;
}

/** Whether a whole number is that of a payment card. */
export function isCardNumber(digits: string): boolean {
  return hasIssuer(digits) && passesLuhn(digits);
}

/** E-mail addresses, and the password in `user:password@host`. */
function redactAddresses(text: string, at: string): string {
  let result = '';
  let done = 0;
  for (let i = text.indexOf(at); i !== -1; i = text.indexOf(at, i + at.length)) {
    let start = i;
    while (start > done && i - start < 64 && !LOCAL_PART_END.test(text[start - 1] as string)) start--;
    let end = i + at.length;
    const limit = Math.min(text.length, end + 255);
    while (end < limit && DOMAIN_CHAR.test(text[end] as string)) end++;
    const local = text.slice(start, i);
    const domain = text.slice(i + at.length, end).replace(/[.-]{1,8}$/, '');
    if (local === '' || local === REDACTED || local === 'git' || domain === '' || NOT_A_DOMAIN.test(domain)) continue;
    if (TOP_LEVEL_DOMAIN.test(domain)) {
      result += text.slice(done, start) + REDACTED;
      done = i + at.length + domain.length;
    } else if (text[start - 1] === ':' && /[\w%.-]/.test(text[start - 2] ?? '')) {
      result += text.slice(done, start) + REDACTED;
      done = i;
    }
  }
  return result + text.slice(done);
}

/** Looks for cards among digit groups that stand together: a card may be one group or several, and have numbers beside it. */
function redactCards(run: string, offset: number, text: string): string {
  if (run.length < 13) return run;
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
