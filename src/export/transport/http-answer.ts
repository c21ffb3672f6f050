/** What an answer over HTTP means, and the cure for each status. */
import type { IncomingMessage } from 'node:http';
import type { OtlpConfig } from '../../config/config.ts';
import type { SendResult } from '../../otlp/types.ts';
import { attempt } from '../../runtime/contain.ts';
import { accepted, errorText, quote, retryAfterMs } from './answer.ts';
import { refused, retry, speaksGrpc, wantsTls, type Destination } from './failure.ts';
import { wallMs } from './peer.ts';
import { RETRYABLE_HTTP } from './sending.ts';

export const CREDENTIALS = 'Check the credentials in {HEADERS}.';
export const OVERLOADED = 'The collector is overloaded or has not started: its log says more.';
export const LARGER_MESSAGES = 'Let the collector take larger requests, or send smaller batches{BATCH_SIZE}.';
export const SEE_LOG = 'The log of the collector may say why; {ENDPOINT} says where to send.';

const CURES: Readonly<Partial<Record<number, string>>> = {
  401: CREDENTIALS,
  403: CREDENTIALS,
  404: 'Check the path of {ENDPOINT}: OTLP/HTTP receivers listen at /v1/traces, /v1/metrics and /v1/logs.',
  405: 'Check the path of {ENDPOINT}: OTLP/HTTP receivers listen at /v1/traces, /v1/metrics and /v1/logs.',
  407: CREDENTIALS,
  413: LARGER_MESSAGES,
  415: 'Set {PROTOCOL} to a protocol that the collector accepts, or {COMPRESSION} to none.',
  429: OVERLOADED,
  502: 'A proxy stands at {ENDPOINT}, and the collector behind it does not answer: start it.',
  503: OVERLOADED,
  504: 'A proxy stands at {ENDPOINT}, and the collector behind it does not answer: start it.',
};

export function httpResult(response: IncomingMessage, body: Uint8Array, destination: Destination): SendResult {
  const { otlp } = destination;
  const status = response.statusCode ?? 0;
  const contentType = response.headers['content-type'] ?? '';
  if (contentType.startsWith('application/grpc')) return speaksGrpc(destination);
  if (status >= 200 && status < 300) return accepted(body, contentType.includes('json'), otlp);
  // Go and nginx answer in plain text on a TLS port.
  if (status === 400 && /HTTP request (was sent )?to (an )?HTTPS/i.test(beginningOf(body))) return wantsTls(destination);
  const said = errorText(body, contentType, otlp);
  const what = `the server answered ${status}${said === '' ? '' : ` "${said}"`}. ${cureFor(status, response, otlp)}`;
  if (!RETRYABLE_HTTP.has(status)) return refused(destination, `http_${status}`, what);
  return retry(destination, `http_${status}`, what, retryAfterMs(response.headers['retry-after'], wallMs()));
}

function cureFor(status: number, response: IncomingMessage, otlp: OtlpConfig): string {
  if (status >= 300 && status < 400)
    return `Redirects are not followed. Set {ENDPOINT} to "${locationOf(response, otlp)}" if that is the collector.`;
  return httpCure(status);
}

export function httpCure(status: number): string {
  return CURES[status] ?? SEE_LOG;
}

function beginningOf(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, 1024));
}

/** Where a redirect points, without its query. */
function locationOf(response: IncomingMessage, otlp: OtlpConfig): string {
  const url = attempt(() => new URL(response.headers.location ?? '', otlp.url));
  return url === undefined ? '' : quote(url.origin + url.pathname, otlp);
}
