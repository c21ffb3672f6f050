/** What an answer over gRPC means, and the cure for each status. */
import type { IncomingHttpHeaders } from 'node:http2';
import type { SendResult } from '../../otlp/types.ts';
import { attempt } from '../../runtime/contain.ts';
import { accepted, positive, quote, retryAfterMs, retryInfoMs } from './answer.ts';
import { notGrpc, refused, reset, retry, type Destination } from './failure.ts';
import { messageOf } from './grpc-message.ts';
import { CREDENTIALS, httpCure, LARGER_MESSAGES, OVERLOADED, SEE_LOG } from './http-answer.ts';
import { wallMs } from './peer.ts';
import { RETRYABLE_HTTP } from './sending.ts';

interface StatusRow {
  readonly name: string;
  /** The table of the OTLP specification. */
  readonly isRetryable?: true;
  readonly cure?: string;
}

/** By number. @see https://grpc.io/docs/guides/status-codes/ */
const STATUSES: readonly StatusRow[] = [
  { name: 'ok' },
  { name: 'cancelled', isRetryable: true, cure: OVERLOADED },
  { name: 'unknown' },
  { name: 'invalid_argument' },
  { name: 'deadline_exceeded', isRetryable: true, cure: OVERLOADED },
  { name: 'not_found' },
  { name: 'already_exists' },
  { name: 'permission_denied', cure: CREDENTIALS },
  { name: 'resource_exhausted', cure: OVERLOADED },
  { name: 'failed_precondition' },
  { name: 'aborted', isRetryable: true, cure: OVERLOADED },
  { name: 'out_of_range', isRetryable: true },
  { name: 'unimplemented', cure: "Add the signal to a pipeline of the collector's OTLP receiver." },
  { name: 'internal' },
  { name: 'unavailable', isRetryable: true, cure: OVERLOADED },
  { name: 'data_loss', isRetryable: true },
  { name: 'unauthenticated', cure: CREDENTIALS },
];
const OK = 0;
const UNKNOWN = 2;
const RESOURCE_EXHAUSTED = 8;

/** @param from - the headers or trailers that hold `grpc-status`. */
export function statusResult(from: IncomingHttpHeaders, body: Uint8Array, destination: Destination): SendResult {
  const { otlp, signal } = destination;
  const text = String(from['grpc-status']);
  const code = /^\d+$/.test(text) && STATUSES[Number(text)] !== undefined ? Number(text) : UNKNOWN;
  if (code === OK) return accepted(messageOf(body), false, otlp);
  const { name, isRetryable, cure = SEE_LOG } = STATUSES[code] as StatusRow;
  const said = quote(percentDecoded(String(from['grpc-message'] ?? '')), otlp);
  const answered = `the server answered ${name.toUpperCase()}${said === '' ? '' : ` "${said}"`}.`;
  const delayMs = delayOf(from);
  const what = `${answered} ${cure.replace('the signal', signal)}`;
  if (isRetryable === true || (code === RESOURCE_EXHAUSTED && delayMs !== undefined))
    return retry(destination, `grpc_${name}`, what, positive(delayMs));
  if (code === RESOURCE_EXHAUSTED && /larger than max|too large/i.test(said))
    return refused(destination, 'too_large', `${answered} ${LARGER_MESSAGES}`);
  return refused(destination, `grpc_${name}`, what);
}

function delayOf(from: IncomingHttpHeaders): number | undefined {
  const details = from['grpc-status-details-bin'];
  return details === undefined ? undefined : retryInfoMs(Buffer.from(String(details).split(',')[0]!, 'base64'));
}

/** An answer of HTTP by which no gRPC server spoke. */
export function resultWithoutStatus(headers: IncomingHttpHeaders, destination: Destination): SendResult {
  const status = Number(headers[':status']);
  const what = `the server answered ${status}. ${httpCure(status)}`;
  if (RETRYABLE_HTTP.has(status)) return retry(destination, `http_${status}`, what, retryAfterMs(headers['retry-after'], wallMs()));
  if (status === 401 || status === 403) return refused(destination, `http_${status}`, what);
  return headers['content-type']?.startsWith('application/grpc') ? reset(destination) : notGrpc(destination);
}

function percentDecoded(text: string): string {
  return attempt(() => decodeURIComponent(text), text);
}
