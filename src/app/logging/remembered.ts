/** What most lines have in common, made once: messages without their secrets and names of fields, with their JSON. */
import { redactAttribute } from '../../redaction/redact-attribute.ts';
import { redactionVersion } from '../../redaction/redaction-version.ts';
import { cleanString } from '../../values/strings.ts';
import { quote } from './json-text.ts';

/** A text as it may leave, and in JSON. */
export interface SaidText {
  readonly text: string;
  readonly json: string;
}

export interface FieldName {
  /** Well-formed, and not too long. */
  readonly name: string;
  /** One field may say what another is: `{ name: 'password', value: '…' }`, a statement and its values. Or the name itself is a secret. */
  readonly tells: boolean;
}

/** Messages and names that are made up at run time must not fill the memory. */
const MOST = 1000;
const LONGEST_MESSAGE = 256;
const LONGEST_NAME = 128;
const TELLS = /name|key|header|field|param|property|label|statement|stmt|sql|query|command|^k$|[@-]|\d{13}|__proto__/i;

const messages = new Map<string, SaidText>();
const names = new Map<string, FieldName>();
let version = redactionVersion.current;

function forgetWhatIsOld(): void {
  if (version === redactionVersion.current) return;
  version = redactionVersion.current;
  messages.clear();
  names.clear();
}

/** @param maxLength - in characters, the same for each call. */
export function saidText(message: string, maxLength: number): SaidText {
  forgetWhatIsOld();
  const known = messages.get(message);
  if (known !== undefined) return known;
  const redacted = redactAttribute('', cleanString(message, maxLength));
  const text = typeof redacted === 'string' ? redacted : '';
  const said = { text, json: flat(quote(text)) };
  if (message.length <= Math.min(LONGEST_MESSAGE, maxLength)) keep(messages, message, said);
  return said;
}

export function fieldName(given: string): FieldName {
  forgetWhatIsOld();
  const known = names.get(given);
  if (known !== undefined) return known;
  const name = cleanString(given, LONGEST_NAME);
  const made = { name, tells: TELLS.test(name) || redactAttribute('', name) !== name };
  if (given.length <= LONGEST_NAME) keep(names, given, made);
  return made;
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MOST) map.clear();
  map.set(key, value);
}

/** V8 keeps what `+` has joined in pieces, which are put together at each use of what it is a part of; as a number it is read in one. */
export function flat(text: string): string {
  Number(text);
  return text;
}
