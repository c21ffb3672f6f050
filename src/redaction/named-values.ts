/** Secrets in text that are told by the name beside them. Every step takes all it can or gives up after a bounded way. */
import type { Secrecy } from './name-table.ts';
import { wordEnd, wordStart } from './name-start.ts';
import { isHarmless } from './said-of-secrets.ts';
import { endsOwnName, isSecretName, rowOf, secrecyOf, wordsOf } from './secret-names.ts';
import { REDACTED } from './secret-shapes.ts';
import { isChosen } from './stated-values.ts';
import { indexOrEnd, valueAfter } from './value-end.ts';

/** Words that continue a name in a sentence: `API key`, `reset code`, `Incorrect API key provided: …` */
const CONTINUES_NAME =
  /^(?:keys?|codes?|number|id|string|value|phrase|header|provided|given|received|supplied|used|de|passe|secreta|khẩu|المرور|السر|пользователя)$/i;

/** `arn:aws:secretsmanager:eu-west-1:123456789012:secret:` has the name of a thing behind it. */
const ARN = /\barn:[\w:/-]{1,90}:$/;
const NAME_IN_TAG = /\s(?:name|key|id)=["']([\w.-]{1,64})["']/i;
const NAME_IN_TAG_BEFORE = /\s(?:name|key|id)=["']([\w.-]{1,64})["'][^<>]{0,64}>\s{0,16}$/i;
const NAME_ELEMENT_BEFORE = /<(?:name|key|t[dh]|dt)>([\w.-]{1,64})<\/(?:name|key|t[dh]|dt)>\s{0,16}$/i;

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
    if (code !== 0x3d && code !== 0x3a && code !== 0x3e && code !== 0xff1a && code !== 0xff1d) continue; // = : > ： ＝
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
  if (text[start - 1] === ':' && ARN.test(text.slice(Math.max(0, start - 96), start))) return undefined;
  if (isHarmlessInSentence(text, start, name)) return undefined;
  return secretBehind(text, i, name, kind);
}

function secretBehind(text: string, separator: number, name: string, secrecy: Secrecy): Range | undefined {
  const { start, end, isQuoted } = valueAfter(text, separator + 1, name);
  const value = text.slice(start, end);
  const isSaid = !isQuoted && (secrecy !== 'text and numbers' || /[:：]/.test(text[separator] as string));
  if (isHarmless(value, name, secrecy, isSaid) || isCount(text, name, value, end)) return undefined;
  return [start, end];
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

function continuesName(word: string): boolean {
  return (word.length <= 12 && CONTINUES_NAME.test(word)) || endsOwnName(word);
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

/** The content of the element whose opening tag ends at `i`. */
function elementAt(text: string, i: number): Range | undefined {
  let open = i - 1;
  while (open >= 0 && i - open < 256 && text[open] !== '<' && text[open] !== '>') open--;
  if (text[open] !== '<' || text[i - 1] === '/') return undefined;
  const tag = text.slice(open, i);
  const element = /^<(?:[\w.-]{1,64}:)?([\w.-]{1,64})/.exec(tag)?.[1];
  if (element === undefined) return undefined;
  // `<entry key="password">…</entry>`
  const name = isSecretName(element) ? element : (NAME_IN_TAG.exec(tag)?.[1] ?? nameBefore(text, open, element));
  const secrecy = secrecyOf(name);
  if (secrecy === 'none') return undefined;
  if (text.startsWith('<![CDATA[', i + 1)) return [i + 10, indexOrEnd(text, ']]>', i + 10)];
  const close = text.indexOf('<', i + 1);
  if (close === -1) return secretBehind(text, i, name, secrecy);
  const value = text.slice(i + 1, close);
  if (/^(?:td|dd)$/i.test(element) && !isChosen(value)) return undefined;
  return value.trim() === '' ? undefined : [i + 1, close];
}

/** `<property name="password"><value>…`, `<key>password</key><string>…` */
function nameBefore(text: string, open: number, element: string): string {
  if (!/^(?:value|string|val|td|dd)$/i.test(element)) return '';
  const before = text.slice(Math.max(0, open - 160), open);
  return NAME_IN_TAG_BEFORE.exec(before)?.[1] ?? NAME_ELEMENT_BEFORE.exec(before)?.[1] ?? '';
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
