import { redactEncoded } from './encodings.ts';
import { isKeptName, isSecretName } from './secret-names.ts';
import { REDACTED, redactShapes } from './secret-shapes.ts';

/** A parameter without a value that can be taken for a flag (`?wsdl`); anything else may be a value without a name. */
const FLAG = /^[A-Za-z_][A-Za-z_.[\]-]{0,31}$/;
/** A parameter's name that is certainly no value itself. */
const PARAMETER_NAME = /^[^@]{1,64}$/;
/** Behind the first colon of an authority without `@`: a port, more hosts with theirs, or a place to put one. */
const PORT = /^(?:\d{0,5}(?:,.*)?|port|[$<{:*].*)$/i;

/** Segments of a path behind which one token may stand, and those behind which everything may be one. */
const TOKEN_FOLLOWS =
  /^(?:reset|invites?|invitations?|verify|verification|confirm|confirmation|login|signin|sso|recover)(?:[-_](?:e?-?mail|account|password|user))?$/i;
const TOKENS_FOLLOW = /hooks?b?\d?$|^triggers?$|^interactions$|^key$|^magic|activat|unsubscribe|^share$/i;
/** Two are the rule: the second finds nothing. */
const MAX_ROUNDS = 4;
const PLACEHOLDER = /^[:{[*(<$]/;
const MAX_WORDS_LENGTH = 256;
/** `getting-started-guide-2` */
const WORDS = /^[a-z]{1,15}(?:[-_.][a-z]{1,15})*(?:[-_.][a-z]{0,15}\d{1,2})?$/;
const FILE_NAME = /\.(?:m?[jt]sx?|css|html?|json|map|png|jpe?g|gif|webp|svg|ico|woff2?|ya?ml|txt|md)$/i;

/**
 * A URL, whole or from its path on, without what it may give away: user and password, the values of all query parameters
 * (their names stay), tokens in the path and in the fragment.
 *
 * `https://u:p@host/a?b=c` becomes `https://REDACTED:REDACTED@host/a?b=REDACTED`. Text that is no URL is taken for a path.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/
 */
export function redactUrl(url: string): string {
  if (/^data:/i.test(url)) return `${url.slice(0, Math.max(url.indexOf(',') + 1, 5))}${REDACTED}`;
  const hash = indexOrEnd(url, '#');
  const question = Math.min(indexOrEnd(url, '?'), hash);
  const authority = authorityStart(url);
  const path = authority === -1 ? 0 : authorityEnd(url, authority);
  const end = authority === -1 ? -1 : userInfoEnd(url, authority, path);

  let result: string;
  if (end !== -1) {
    const userInfo = url.slice(authority, end).includes(':') ? `${REDACTED}:${REDACTED}` : REDACTED;
    // A password may hold `?`, `#` and `/` unescaped; the rest is a URL of its own then.
    if (end > question) return url.slice(0, authority) + userInfo + redactUrl(url.slice(end));
    result = url.slice(0, authority) + userInfo + redactPath(url.slice(end, question));
  } else if (authority !== -1) {
    result = url.slice(0, authority) + redactPath(redactHost(url.slice(authority, path)) + url.slice(path, Math.max(path, question)));
  } else {
    const path = redactPath(url.slice(0, question));
    // Without what was removed, it begins like a URL.
    if (path !== url.slice(0, question) && path.includes('//')) return redactUrl(path + url.slice(question));
    result = path;
  }
  if (question < hash) result += `?${redactQuery(url.slice(question + 1, hash))}`;
  if (hash < url.length) {
    const fragment = url.slice(hash + 1);
    result += `#${fragment.includes('=') ? redactQuery(fragment) : redactPath(fragment)}`;
  }
  return result;
}

/** A query with or without its question mark: the names of the parameters stay, all values go. */
export function redactQuery(query: string): string {
  const mark = query.startsWith('?') ? '?' : '';
  return mark + query.slice(mark.length).split('&').map(redactParameter).join('&');
}

function redactParameter(parameter: string): string {
  const equals = parameter.indexOf('=');
  if (equals === -1) return parameter === '' || FLAG.test(parameter) ? parameter : REDACTED;
  const name = parameter.slice(0, equals);
  const shown = PARAMETER_NAME.test(name) && redactPath(name) === name ? name : REDACTED;
  if (equals === parameter.length - 1) return `${shown}=`;
  const value = parameter.slice(equals + 1);
  if (value === '?') return `${shown}=?`; // in what was a statement
  return `${shown}=${isKeptName(name) ? redactPath(value) : REDACTED}`;
}

/** Where the authority begins, behind `scheme://` or `//`; -1 when there is none. */
function authorityStart(url: string): number {
  if (url.startsWith('//')) return 2;
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:\/\//.exec(url);
  return scheme ? scheme[0].length : -1;
}

function authorityEnd(url: string, start: number): number {
  const end = url.slice(start).search(/[/?#\\]/);
  return end === -1 ? url.length : start + end;
}

/** Where the `@` behind user and password stands; -1 when there are none. */
function userInfoEnd(url: string, start: number, end: number): number {
  const at = url.lastIndexOf('@', end - 1);
  if (at >= start) return at;
  // `scheme://user:pass/word@host`: what stands behind the colon is no port.
  return hasOpenPassword(url.slice(start, end)) && url.lastIndexOf('@') > end ? url.lastIndexOf('@') : -1;
}

/** Whether an authority without `@` has something behind its colon that is no port: a password that was cut off, or goes on. */
export function hasOpenPassword(authority: string): boolean {
  const colon = authority.startsWith('[') ? -1 : authority.indexOf(':');
  if (colon === -1) return false;
  const rest = authority.slice(colon + 1);
  return !PORT.test(rest) && rest !== REDACTED;
}

function redactHost(authority: string): string {
  return hasOpenPassword(authority) ? `${authority.slice(0, authority.indexOf(':') + 1)}${REDACTED}` : authority;
}

/** A path, or a part of one, without tokens. The placeholders of a route stay. */
export function redactPath(path: string): string {
  let result = redactPathOnce(path);
  // Without what was removed, it may have other segments.
  for (let round = 1, before = path; result !== before && round < MAX_ROUNDS; round++) {
    before = result;
    result = redactPathOnce(result);
  }
  return result;
}

function redactPathOnce(path: string): string {
  const shown = redactSegments(path);
  return shown.includes('%') ? redactEncoded(shown, redactSegments) : shown;
}

function redactSegments(path: string): string {
  const shown = redactShapes(path);
  if (!mayHoldToken(shown)) return shown;
  const segments = shown.split('/');
  let isBehindHook = false;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as string;
    const before = segments[i - 1] ?? '';
    isBehindHook ||= TOKENS_FOLLOW.test(before);
    if (segment.includes(';')) segments[i] = segment.split(';').map(redactMatrixParameter).join(';');
    else if (i > 0 && isKeyLike(segment) && (isBehindHook || leadsToSecret(before))) segments[i] = REDACTED;
  }
  return segments.join('/');
}

/** Whether a segment has parameters of its own, or is as long as a token; but the first, which is a host or nothing. */
function mayHoldToken(path: string): boolean {
  let length = -Infinity;
  let hasDigit = false;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 0x3b) return true; // ;
    if (code === 0x2f) {
      length = 0;
      hasDigit = false;
    } else {
      length++;
      hasDigit ||= code >= 0x30 && code <= 0x39;
      if (length >= 20 || (length >= 8 && hasDigit)) return true;
    }
  }
  return false;
}

/** `;jsessionid=…` */
function redactMatrixParameter(parameter: string): string {
  const equals = parameter.indexOf('=');
  return equals !== -1 && isSecretName(parameter.slice(0, equals)) ? `${parameter.slice(0, equals)}=${REDACTED}` : parameter;
}

/** The segment behind `/reset-password/` or `/invite/` is as good as a password. */
function leadsToSecret(segment: string): boolean {
  return isSecretName(segment) || TOKEN_FOLLOWS.test(segment);
}

/** Long, and neither words, nor a placeholder (`:resetPasswordToken`), nor the name of a file. */
function isKeyLike(segment: string): boolean {
  if (
    segment.length < 8 ||
    PLACEHOLDER.test(segment) ||
    FILE_NAME.test(segment) ||
    (segment.length <= MAX_WORDS_LENGTH && WORDS.test(segment))
  )
    return false;
  return segment.length >= 20 || /\d/.test(segment);
}

function indexOrEnd(text: string, char: string): number {
  const index = text.indexOf(char);
  return index === -1 ? text.length : index;
}
