/** Errors that say nothing about the application: a connection broke, a client went away, work was cancelled. */
import { attempt } from '../../runtime/contain.ts';
import { read } from '../../values/read-properties.ts';
import type { IgnoredError } from './options.ts';

const CODES: readonly string[] = [
  'ABORT_ERR',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENOTCONN',
  'ENOTFOUND',
  'EPIPE',
  'ERR_CANCELED',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_NETWORK',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ESOCKETTIMEDOUT',
  'ETIMEDOUT',
  'UND_ERR_ABORTED',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_DESTROYED',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
];
const CLASSES: readonly string[] = ['AbortError', 'CanceledError', 'CancelledError', 'CancelError', 'TimeoutError'];
/** `fetch failed` has its reason in its cause. */
const MOST_CAUSES = 5;
const MOST_ERRORS = 10;

export type IsTransient = (error: unknown) => boolean;

/** @param ignored - more of them; names are compared without case. A pattern or class that throws fits nothing. */
export function createTransientCheck(ignored: readonly IgnoredError[]): IsTransient {
  const names = new Set([...CODES, ...CLASSES, ...ignored.filter((each) => typeof each === 'string')].map((name) => name.toLowerCase()));
  const patterns = ignored.filter((each): each is RegExp => attempt(() => each instanceof RegExp, false));
  const classes = ignored.filter((each) => typeof each === 'function');

  function isOne(error: object): boolean {
    const constructor = read(error, 'constructor');
    const words = [read(error, 'code'), read(error, 'name'), typeof constructor === 'function' ? read(constructor, 'name') : undefined];
    if (words.some((word) => typeof word === 'string' && names.has(word.toLowerCase()))) return true;
    if (classes.some((each) => attempt(() => error instanceof each, false))) return true;
    const message = read(error, 'message');
    return typeof message === 'string' && patterns.some((pattern) => attempt(() => message.search(pattern) !== -1, false));
  }

  function check(error: unknown, depth: number): boolean {
    if (typeof error === 'string') return patterns.some((pattern) => attempt(() => error.search(pattern) !== -1, false));
    if (typeof error !== 'object' || error === null) return false;
    if (isOne(error)) return true;
    if (depth === MOST_CAUSES) return false;
    const errors = read(error, 'errors');
    const inner = attempt(() => (Array.isArray(errors) ? (errors as unknown[]).slice(0, MOST_ERRORS) : []), []);
    return (inner.length > 0 && inner.every((each) => check(each, depth + 1))) || check(read(error, 'cause'), depth + 1);
  }
  return (error) => check(error, 0);
}
