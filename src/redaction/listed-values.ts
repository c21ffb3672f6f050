/** Secrets in text that are told by the item before them in a list. */
import { isSecretName } from './secret-names.ts';
import { REDACTED } from './secret-shapes.ts';
import { closingQuote } from './value-end.ts';
import { wordStart } from './name-start.ts';

/** Between a string in a list and the next one. */
const COMMA = /(\\{0,3}["'`])\s{0,8},\s{0,64}(\\{0,3}["'`])/g;

/**
 * `['--token', '…']`, `"X-Api-Key", "…"`, `[['password', '…']]` without the text behind the name. A name that is one word may
 * be any word of a list: it counts where it and one more are the whole list, and among raw headers.
 */
export function redactListedValues(text: string): string {
  let isRaw: boolean | undefined;
  let result = '';
  let done = 0;
  COMMA.lastIndex = 0;
  for (let match = COMMA.exec(text); match; match = COMMA.exec(text)) {
    const [between, quote = '', open = ''] = match;
    const nameStart = wordStart(text, match.index, done);
    const name = text.slice(nameStart, match.index);
    const start = match.index + between.length;
    COMMA.lastIndex = start - open.length; // what closes one string may open the next
    if (name === '' || !isSecretName(name)) continue;
    const end = closingQuote(text, start, open);
    if (/^\s{0,8}:/.test(text.slice(end + open.length, end + open.length + 9))) continue; // the name of a field, and no list
    const isAnnounced =
      announcesSecret(name) || isPair(text, nameStart - quote.length, end + open.length) || (isRaw ??= RAW_HEADERS.test(text));
    if (!isAnnounced) continue;
    result += text.slice(done, start) + REDACTED;
    done = end;
    COMMA.lastIndex = end;
  }
  return result + text.slice(done);
}

const RAW_HEADERS = /raw_?headers/i;

/** Whether what stands from `start` to `end` is all there is in its brackets. */
function isPair(text: string, start: number, end: number): boolean {
  return /\[\s{0,8}$/.test(text.slice(Math.max(0, start - 9), start)) && /^\s{0,8}\]/.test(text.slice(end, end + 9));
}

/** `['--token', '…']` on a command line, `['Authorization', '…']` among raw headers. */
export function announcesSecret(item: string): boolean {
  return item.length <= 64 && /^[\w-]*-[\w-]*$|^authorization$|^cookie$/i.test(item) && isSecretName(item);
}
