import { isSecretName } from './secret-names.ts';
import { REDACTED, redactShapes } from './secret-shapes.ts';

/** A parameter without a value that can be taken for a flag (`?wsdl`); anything else may be a value without a name. */
const FLAG = /^[A-Za-z_][A-Za-z_.[\]-]{0,31}$/;
/** A parameter's name that is certainly no value itself. */
const PARAMETER_NAME = /^[^@]{1,64}$/;

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
  const end = authority === -1 ? -1 : userInfoEnd(url, authority);

  let result: string;
  if (end !== -1) {
    const userInfo = url.slice(authority, end).includes(':') ? `${REDACTED}:${REDACTED}` : REDACTED;
    // A password may hold `?`, `#` and `/` unescaped; the rest is a URL of its own then.
    if (end > question) return url.slice(0, authority) + userInfo + redactUrl(url.slice(end));
    result = url.slice(0, authority) + userInfo + redactPath(url.slice(end, question));
  } else {
    result = redactPath(url.slice(0, question));
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
  const shown = PARAMETER_NAME.test(name) && redactShapes(name) === name ? name : REDACTED;
  return equals === parameter.length - 1 ? `${shown}=` : `${shown}=${REDACTED}`;
}

/** Where the authority begins, behind `scheme://` or `//`; -1 when there is none. */
function authorityStart(url: string): number {
  if (url.startsWith('//')) return 2;
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:\/\//.exec(url);
  return scheme ? scheme[0].length : -1;
}

/** Where the `@` behind user and password stands; -1 when there are none. */
function userInfoEnd(url: string, start: number): number {
  let end = start;
  while (end < url.length && !'/?#\\'.includes(url[end] as string)) end++;
  const at = url.lastIndexOf('@', end - 1);
  if (at >= start) return at;
  // `scheme://user:pass/word@host`: what stands behind the colon is no port.
  const colon = url[start] === '[' ? -1 : url.indexOf(':', start);
  if (colon === -1 || colon >= end || /^\d*$/.test(url.slice(colon + 1, end))) return -1;
  return url.lastIndexOf('@') > end ? url.lastIndexOf('@') : -1;
}

function redactPath(path: string): string {
  const shown = redactShapes(path);
  if (!/;|token|secret|password|key|auth|reset|invite|verify|confirm/i.test(shown)) return shown;
  const segments = shown.split('/');
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as string;
    if (segment.includes(';')) segments[i] = segment.split(';').map(redactMatrixParameter).join(';');
    else if (i > 0 && isKeyLike(segment) && leadsToSecret(segments[i - 1] as string)) segments[i] = REDACTED;
  }
  return segments.join('/');
}

/** `;jsessionid=…` */
function redactMatrixParameter(parameter: string): string {
  const equals = parameter.indexOf('=');
  return equals !== -1 && isSecretName(parameter.slice(0, equals)) ? `${parameter.slice(0, equals)}=${REDACTED}` : parameter;
}

/** The segment behind `/reset-password/` or `/invite/` is as good as a password. */
function leadsToSecret(segment: string): boolean {
  return isSecretName(segment) || /^(?:reset|invites?|invitations?|verify|confirm)$/i.test(segment);
}

function isKeyLike(segment: string): boolean {
  return segment.length >= 20 || (segment.length >= 8 && /\d/.test(segment));
}

function indexOrEnd(text: string, char: string): number {
  const index = text.indexOf(char);
  return index === -1 ? text.length : index;
}
