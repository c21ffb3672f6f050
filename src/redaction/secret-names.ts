/** Which names (of attributes, headers, fields, parameters, flags) stand for a secret: see `name-table.ts`. */
import { withoutDisguise } from './disguise.ts';
import { HARMLESS_NAMES, SESSION_ATTRIBUTE } from './harmless-names.ts';
import { SECRET_NAMES, type SecretName, type Secrecy } from './name-table.ts';

const MAX_NAME_LENGTH = 256;
const MAX_KNOWN_NAMES = 2000;

/** A name that `SIGNALBOX_REDACT_ALSO` gives. */
interface OwnNames {
  /** Words that stay, exactly so. */
  readonly keep: ReadonlySet<string>;
  /** Ends of the words of names that go. */
  readonly also: RegExp | undefined;
  /** Their last words, which may stand alone before a separator in a sentence. */
  readonly lastWords: ReadonlySet<string>;
}

let own: OwnNames = { keep: new Set(), also: undefined, lastWords: new Set() };
let parts = partsOf(SECRET_NAMES.map(({ part }) => part.source));

/** What is known of a name. */
interface Judgement {
  readonly secrecy: Secrecy;
  /** The row of the table that says so. */
  readonly row: SecretName | undefined;
}

const HARMLESS: Judgement = { secrecy: 'none', row: undefined };
const OWN: Judgement = { secrecy: 'text and numbers', row: undefined };

const known = new Map<string, Judgement>();

/** Names that stay readable and names that go, beside those of the table. What goes is stronger. */
export function setOwnNames(keep: readonly string[], also: readonly string[]): void {
  const ends = also.map(wordsOf).filter((words) => words !== '');
  own = {
    keep: new Set(keep.map(wordsOf)),
    also: ends.length === 0 ? undefined : new RegExp(`(?:^| )(?:${ends.map(escape).join('|')})$`),
    lastWords: new Set(ends.filter((words) => words.includes(' ')).map(lastWord)),
  };
  parts = partsOf([...SECRET_NAMES.map(({ part }) => part.source), ...ends.map((words) => escape(lastWord(words)))]);
  known.clear();
}

/** Whether `SIGNALBOX_REDACT_KEEP` names it. */
export function isKeptName(name: string): boolean {
  if (own.keep.size === 0 || name.length > MAX_NAME_LENGTH) return false;
  const words = wordsOf(name);
  return own.keep.has(words) && own.also?.test(words) !== true;
}

/** Whether `SIGNALBOX_REDACT_ALSO` names it. */
export function isOwnSecretName(name: string): boolean {
  return own.also !== undefined && own.also.test(wordsOf(name.slice(-MAX_NAME_LENGTH)));
}

/** Whether some name with several words ends with `word`. */
export function endsOwnName(word: string): boolean {
  return own.lastWords.size > 0 && own.lastWords.has(wordsOf(word));
}

/** Whether there is a part of any secret name in `text`: without one, there is no name to look at. */
export function mayHoldSecretName(text: string): boolean {
  return parts.test(text);
}

/**
 * Whether values under `name` are secret: `password`, `X-Api-Key`, `dbPassword`, `accessToken`, `set-cookie`, `cvv`.
 * Not `author`, `monkey`, `token.count`, `password_policy`, `primary_key`.
 */
export function isSecretName(name: string): boolean {
  return secrecyOf(name) !== 'none';
}

/** How much of a value `name` makes secret. */
export function secrecyOf(name: string): Secrecy {
  return judge(name).secrecy;
}

/** Whether the text `value` is secret because of its name. */
export function isSecretUnder(name: string, value: string): boolean {
  const { secrecy } = judge(name);
  return secrecy !== 'none' && !(secrecy === 'text like a key' && isPlainValue(value));
}

/** The row of the table that makes `name` secret, if one does. */
export function rowOf(name: string): SecretName | undefined {
  return judge(name).row;
}

function judge(name: string): Judgement {
  let judgement = known.get(name);
  if (judgement === undefined) {
    judgement = judgeAnew(name.slice(-MAX_NAME_LENGTH));
    if (name.length <= MAX_NAME_LENGTH) {
      if (known.size === MAX_KNOWN_NAMES) known.clear();
      known.set(` ${name}`.slice(1), judgement); // a copy: a part of a long text would keep all of it
    }
  }
  return judgement;
}

function judgeAnew(name: string): Judgement {
  const said = wordsOf(name);
  if (own.also?.test(said) === true) return OWN;
  if (own.keep.has(said) || SESSION_ATTRIBUTE.test(name)) return HARMLESS;
  const words = said.replace(/ ?\d+$/, ''); // `password1`, `api_key_2`, `x-hub-signature-256`
  if (HARMLESS_NAMES.some((each) => each.words.test(words))) return HARMLESS;
  const row = SECRET_NAMES.find((each) => fits(each, words, name));
  return row === undefined ? HARMLESS : { secrecy: row.secrecy, row };
}

function fits(row: SecretName, words: string, name: string): boolean {
  // Of two words in a sentence, any may stand before `key`.
  if (!row.words.test(words) || (row.secrecy === 'text like a key' && name.includes(' '))) return false;
  return row.except?.some((each) => each.words.test(words)) !== true;
}

/** A single word; a part of a value that has several; a number that a thing may have in its name. */
const WORD = /^(?:\p{Ll}{1,12}|\p{Lu}{1,12}|\p{Lu}?\p{Ll}{1,12}(?:\p{Lu}\p{Ll}{2,12}){0,3})$/u;
const PART = /^(?:\p{L}{1,12}|\p{L}{1,3}\d{1,3}|\d{1,6})$/u;

/** Whether a value is `eu`, `DE`, `us1`, `eu-west-1`, `summer sale` or `order:42`: words and small numbers, and no key. */
export function isPlainValue(value: string): boolean {
  if (value.length <= 3 || /^\d{1,9}$/.test(value)) return true;
  if (value.length > 64) return false;
  const pieces = value.split(/[ ._:/-]+/);
  if (pieces.length === 1) return WORD.test(value) || /^\p{L}{1,3}\d{1,3}$/u.test(value);
  return pieces.every((piece) => piece === '' || PART.test(piece)) && value.replace(/\D/g, '').length <= 6;
}

function partsOf(sources: readonly string[]): RegExp {
  return new RegExp(sources.join('|'), 'i');
}

function lastWord(words: string): string {
  return words.slice(words.lastIndexOf(' ') + 1);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** `X-Api-Key`, `x_api_key`, `xApiKey` and `x.api.key` are all `x api key`. */
export function wordsOf(name: string): string {
  return withoutDisguise(name)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase();
}
