/** How a value stands in a message: short, on one line, and without credentials. */

const LONGEST_SHOWN = 60;
export const HIDDEN = 'a value that is not shown';

/** Characters that JSON leaves as they are and that a terminal does not show, or shows elsewhere. */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * `"abc"` for a text, `5` for a number, `an object` for others.
 *
 * Text that may hold a user name and password is not shown, and the query of a URL is cut off.
 *
 * @param isUrl - the text was meant as a URL, so that an `@` in it ends credentials.
 */
export function showValue(value: unknown, isUrl = false): string {
  if (typeof value === 'string') {
    const looksLikeUrl = isUrl || value.includes('//');
    if (looksLikeUrl && value.includes('@')) return HIDDEN;
    const query = looksLikeUrl ? value.indexOf('?') : -1;
    const text = query < 0 ? value : `${value.slice(0, query)}?…`;
    return quote(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
  }
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value).slice(0, LONGEST_SHOWN);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The name of a setting as it is, when it is a plain one; quoted otherwise. */
export function showName(name: string): string {
  return /^[\w.]{1,80}$/.test(name) ? name : showValue(name);
}

function quote(text: string): string {
  return JSON.stringify(text).replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
