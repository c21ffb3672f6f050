/** Values that stand beside the name of a secret and are none: the table, and how a value is judged by it. */
import type { Secrecy } from './name-table.ts';
import { isPlainValue, rowOf, wordsOf } from './secret-names.ts';

export interface Said {
  readonly what: string;
  readonly values: RegExp;
  /** Where a number can be the secret (`pin`), these are not harmless. */
  readonly notUnderNumbers?: true;
  /** Harmless where a sentence may be: without quotes, and behind a colon or where a number is a count. */
  readonly inSentence?: true;
  /** Alone: nothing may stand behind it. */
  readonly alone?: true;
  /** Under the name of more than one: `tokens`. */
  readonly underPlural?: true;
  readonly examples: readonly string[];
}

export const SAID: readonly Said[] = [
  {
    what: 'nothing',
    values:
      /^(?:|true|false|null|undefined|none|nil|REDACTED|\[REDACTED\]|\[object \w+\]|\[(?:Array|Object|Function[^\]]*|redacted|hidden|filtered|masked|removed|omitted)\]|hidden|redacted|filtered|masked|omitted|\{\s*\}|\[\s*\]|\*+|\.{3}|…)$/i,
    examples: ['null', 'true', 'REDACTED', '[Object]', '[Function: get]', '{}', '****'],
  },
  {
    what: 'a place where a value will stand',
    values: /^(?:\?|\$\d{1,3}|:[A-Za-z_]\w*|%[sdjo]|%\(\w+\)s|\$\{[\w.]+\}?|\{\{\s?[\w.]+\s?\}{0,2}|\{\s?[A-Za-z_.]+\s?\}?)$/,
    examples: ['?', '$1', ':name', '%s', '${secret}', '{{secret}}'],
  },
  {
    what: 'a measure',
    values: /^(?:\d{1,3}|\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h|%))$/,
    notUnderNumbers: true,
    examples: ['12', '12ms', '12.5s'],
  },
  { what: 'how many', values: /^\d{1,9}$/, underPlural: true, notUnderNumbers: true, examples: ['128000'] },
  {
    what: 'what is said about a secret',
    values:
      /^(?:ok|okay|yes|no|on|off|set|unset|empty|new|old|bad|good|valid|invalid|correct|incorrect|wrong|right|missing|present|absent|optional|mandatory|unknown|success|successful|failure|fail|error|active|inactive|expired?|denied|forbidden|unauthorized|mismatch|match|matches|too|must|sent|given|found|lost|stolen|broken|known|is|was|not|cannot|has|should|may|will|does|did|are|at|in|for|from|with|by|of|or|and|the|an?|[a-z]{2,12}(?:ed|ing))$/i,
    inSentence: true,
    examples: ['missing', 'expired', 'failed', 'must', 'required'],
  },
  {
    what: 'what kind of secret it is',
    values:
      /^(?:bearer|basic|digest|token|apikey|oauth2?|jwt|negotiate|ntlm|cookies?|session|password|credentials?|auth|authentication|authorization|anonymous|include|omit|same-origin|default|string|number|boolean|object|function|insecure|secure|weak|strong|stale|fresh)$/i,
    inSentence: true,
    alone: true,
    notUnderNumbers: true,
    examples: ['Bearer', 'include'],
  },
];

const PLURAL = /(?:token|cookie|key|credential|cred|link|signature)s$/i;

/** Headers whose value has spaces and punctuation of its own. */
export const LONG_HEADER = /(?:authorization|cookies?)$/i;

/** @param isSaid - the value may be a word of a sentence: `password: wrong`, but not `password=wrong`. */
export function isHarmless(value: string, name: string, secrecy: Secrecy, isSaid: boolean): boolean {
  if (secrecy === 'text like a key' && isPlainValue(value)) return true;
  const row = rowOf(name);
  if (row?.harmlessValue?.test(value) === true) return true;
  if (isSaid && name.includes(' ') && row?.plainInSentence?.test(wordsOf(name)) === true && isPlainValue(value)) return true;
  const isLong = LONG_HEADER.test(name);
  const [first = ''] = isSaid && isLong ? value.split(/\s/, 1) : [value];
  if (isSaid && isLong && (/^REDACTED[}\])]{0,8}$/.test(first) || (/^\d{1,9}$/.test(first) && !value.includes('=')))) return true;
  const word = first.replace(/[.,:!?]{1,3}$/, '');
  return SAID.some((said) => {
    if (said.notUnderNumbers && secrecy === 'text and numbers') return false;
    if (said.underPlural && !PLURAL.test(name)) return false;
    if (!said.inSentence) return said.values.test(value);
    return isSaid && isAmong(said.alone ? value : word, said.values);
  });
}

/** Whether `word` says something about a secret: `expired`, `must`. */
export function isSaying(word: string): boolean {
  return isAmong(word, SAYINGS);
}

/** Longer ones are no word. */
function isAmong(word: string, values: RegExp): boolean {
  return word.length <= 64 && values.test(word);
}

const SAYINGS = SAID.find(({ what }) => what === 'what is said about a secret')!.values;
