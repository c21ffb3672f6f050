/**
 * As much of HTTP/1.1 as the ops port needs: requests one after another on a connection, with a body whose length is said, or none.
 *
 * Not the server of `node:http`, for that tells whoever watches it (signalbox, other tools, the application's own patches) of each
 * request: a probe is not to be counted, nor to be the first request that everything is loaded for.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
import { STATUS_CODES } from 'node:http';
import type { OpsRequest, OpsResponse } from './answer.ts';

/** Of a request line with its headers. */
export const MOST_HEAD_BYTES = 8192;
const MOST_HEADERS = 100;
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
const TARGET = /^[\x21-\x7e]+$/;

export interface Head {
  readonly request: OpsRequest;
  readonly isHead: boolean;
  /** Whether the connection stays open afterwards. */
  readonly keepAlive: boolean;
  /** What follows the head. */
  readonly bodyBytes: number;
  /** It waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
}

export type Parsed =
  /** The rest of the head has not come yet. */
  | { readonly kind: 'more' }
  | { readonly kind: 'head'; readonly head: Head; readonly rest: Buffer }
  | { readonly kind: 'bad'; readonly status: 400 | 411 | 431 | 505; readonly why: string };

const bad = (status: 400 | 411 | 431 | 505, why: string): Parsed => ({ kind: 'bad', status, why });

export function parseHead(received: Buffer): Parsed {
  // Empty lines before a request are to be ignored.
  let start = 0;
  while (received[start] === 13 || received[start] === 10) start++;
  const end = received.indexOf('\r\n\r\n', start, 'latin1');
  if (end < 0)
    return received.length > MOST_HEAD_BYTES ? bad(431, `The head must have at most ${MOST_HEAD_BYTES} bytes.`) : { kind: 'more' };
  if (end - start > MOST_HEAD_BYTES) return bad(431, `The head must have at most ${MOST_HEAD_BYTES} bytes.`);
  const [line = '', ...lines] = received.toString('latin1', start, end).split('\r\n');
  const [method = '', target = '', version = '', more] = line.split(' ');
  if (more !== undefined || !TOKEN.test(method) || !TARGET.test(target) || !/^HTTP\/\d\.\d$/.test(version))
    return bad(400, 'The request line must be a method, a path and HTTP/1.1.');
  if (!version.startsWith('HTTP/1.')) return bad(505, 'Only HTTP/1.0 and HTTP/1.1 are supported.');
  const headers = readHeaders(lines);
  if (headers === undefined) return bad(400, 'A header must be a name, a colon and a value.');
  if (headers.has('transfer-encoding')) return bad(411, 'A request with a body must have a Content-Length.');
  const length = headers.get('content-length') ?? '0';
  if (!/^\d{1,15}$/.test(length)) return bad(400, 'Content-Length must be a whole number.');
  const connection = (headers.get('connection') ?? '').toLowerCase();
  const keepAlive = version === 'HTTP/1.1' ? !/\bclose\b/.test(connection) : /\bkeep-alive\b/.test(connection);
  const request = { method, url: originForm(target), header: (name: string) => headers.get(name) };
  const expectsContinue = /^100-continue$/i.test(headers.get('expect') ?? '');
  const head: Head = { request, isHead: method === 'HEAD', keepAlive, bodyBytes: Number(length), expectsContinue };
  return { kind: 'head', head, rest: received.subarray(end + 4) };
}

/** `undefined` when one of them is none. */
function readHeaders(lines: readonly string[]): Map<string, string> | undefined {
  if (lines.length > MOST_HEADERS) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || !TOKEN.test(name)) return undefined;
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

/** A proxy may send the whole URL. */
function originForm(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
}

/** The whole answer, in pieces: many clients that ask at once are sent the same body, which is not copied for each. */
export function formatResponse({ body, headers, status }: OpsResponse, isHead: boolean, keepAlive: boolean): readonly Uint8Array[] {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const all = {
    ...headers,
    'content-length': String(bytes.length),
    connection: keepAlive ? 'keep-alive' : 'close',
    'x-content-type-options': 'nosniff',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`, 'latin1');
  return isHead || bytes.length === 0 ? [head] : [head, bytes];
}
