/** How a value stands in a message: short, on one line, and without credentials. */
import { redactText, redactUrl } from '../redaction/redactor.ts';

const LONGEST_SHOWN = 60;
export const HIDDEN = 'a value that is not shown';

/** Characters that JSON leaves as they are and that a terminal does not show, or shows elsewhere. */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
/** `authorization=Bearer …`, pasted where no pair belongs; not the `=` that fills up base64. */
const PAIR = /^([\w.-]{1,64})=(?!=*$)/;
/** Base64 of a key's length. */
const KEY_MATERIAL = /^(?=.*\d)(?=.*[A-Z])[\w+/-]{41,}={0,2}$/;
/** Also with a slip in it, as in `https//host`. */
const URL_START = /^["']?(?:[a-z][a-z\d+.-]{0,31}:\/\/|https?:?\/{1,2})/i;
/** A segment of a path that is no key. */
const PLAIN_SEGMENT = /^(?:v\d{1,3}|[a-z]{0,20}(?:[-_.][a-z]{1,20})*)$/i;

/**
 * `"abc"` for a text, `5` for a number, `an object` for others.
 *
 * Text that may be a key or hold a user name and password is not shown, the query of a URL and what may be keys in its path
 * are cut off, and of `name=…` the name is shown. The rest goes through the redactor that telemetry goes through.
 *
 * @param isUrl - the text was meant as a URL, so that an `@` in it ends credentials.
 */
export function showValue(value: unknown, isUrl = false): string {
  if (typeof value === 'string') {
    const looksLikeUrl = isUrl || value.includes('//');
    if ((looksLikeUrl && /@|%40/.test(value)) || isKeyMaterial(value)) return HIDDEN;
    const name = PAIR.exec(value)?.[1];
    const text = name === undefined ? (looksLikeUrl ? showUrl(value, isUrl) : redactText(value)) : `${name}=…`;
    return quote(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
  }
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value).slice(0, LONGEST_SHOWN);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whether a text is a key or a certificate itself, and not the path of one. */
export function isKeyMaterial(text: string): boolean {
  return text.includes('-----BEGIN') || (KEY_MATERIAL.test(text) && !text.startsWith('/'));
}

/** The name of a setting as it is, when it is a plain one; quoted otherwise. */
export function showName(name: string): string {
  return /^[\w.]{1,80}$/.test(name) ? name : showValue(name);
}

function showUrl(text: string, isUrl: boolean): string {
  const query = text.indexOf('?');
  const url = redactText(redactUrl(query < 0 ? text : text.slice(0, query))) + (query < 0 ? '' : '?…');
  if (!isUrl && !URL_START.test(url)) return url;
  const path = url.indexOf('/', URL_START.exec(url)?.[0].length ?? 0);
  if (path < 0) return url;
  const end = query < 0 ? url.length : url.length - 2;
  return url.slice(0, path) + url.slice(path, end).split('/').map(showSegment).join('/') + url.slice(end);
}

function showSegment(segment: string): string {
  return PLAIN_SEGMENT.test(segment) ? segment : '…';
}

function quote(text: string): string {
  return JSON.stringify(text).replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
