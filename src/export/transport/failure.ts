/** Why a request did not arrive, as one line that says what to do about it and what becomes of the records. */
import type { Delivered, OtlpConfig } from '../../config/config.ts';
import type { ExportReason } from '../../names/messages.ts';
import type { SendResult } from '../../otlp/types.ts';
import { attempt } from '../../runtime/contain.ts';
import { FAILURES, OTHER_FAILURE } from './failure-table.ts';
import { settingOf, timeoutSettingOf, withSettings } from './setting-names.ts';

/** What a failure message says about where it happened. */
export interface Destination {
  readonly otlp: OtlpConfig;
  readonly signal: Delivered;
  /** The setting that bounds each request. Default: whichever of the exporter's two is the shorter one. */
  readonly timeoutSetting?: string | undefined;
}

type Retry = Extract<SendResult, { kind: 'retry' }>;
type Refused = Extract<SendResult, { kind: 'refused' }>;

/** So short must be meant in seconds. */
const SHORT_TIMEOUT_MS = 100;

/** @param what - what is wrong, and its cure; may have `{ENDPOINT}` and the like for the names of settings. */
export function retry(destination: Destination, reason: ExportReason, what: string, retryAfterMs?: number): Retry {
  const message = `${sentences(destination, what)} The records wait and are sent again.`;
  return retryAfterMs === undefined ? { kind: 'retry', reason, message } : { kind: 'retry', reason, message, retryAfterMs };
}

export function refused(destination: Destination, reason: ExportReason, what: string): Refused {
  return { kind: 'refused', reason, message: `${sentences(destination, what)} This batch is lost.` };
}

function sentences({ otlp, signal }: Destination, what: string): string {
  return `Cannot export ${signal} to ${endpointOf(otlp)}: ${withSettings(what, otlp, signal)}`;
}

/** The URL without credentials and query, which may hold secrets. */
export function endpointOf(otlp: OtlpConfig): string {
  const url = attempt(() => new URL(otlp.url));
  if (url === undefined) return 'an invalid URL';
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}

/** Tells from an error of a socket, of TLS, or of a parser, what is wrong with the way to the endpoint. */
export function failureOf(error: unknown, destination: Destination): SendResult {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof TlsFileError) return retry(destination, 'tls', `${message}.`);
  if (code.startsWith('HPE_')) return mismatch(destination, (error as { rawPacket?: Uint8Array }).rawPacket);
  if (code === 'ERR_HTTP2_ERROR' || code.includes('NO_APPLICATION_PROTOCOL')) return notGrpc(destination);
  if (code === 'ECONNRESET' || code === 'ECONNABORTED' || code === 'EPIPE') return reset(destination);
  const row = FAILURES.find((each) => each.code.test(code) || each.text?.test(message) === true) ?? OTHER_FAILURE;
  const what = `${row.what.replace('{code}', () => code || message)} ${row.cure}`;
  return row.isFinal === true ? refused(destination, row.reason, what) : retry(destination, row.reason, what);
}

/** The server hung up without an answer. */
export function reset(destination: Destination): SendResult {
  const { protocol, url } = destination.otlp;
  let cure = 'Does that port want https://? Correct {ENDPOINT}.';
  if (protocol === 'grpc') cure = 'Does that port speak gRPC? Correct {ENDPOINT} or {PROTOCOL}.';
  else if (url.startsWith('https:')) cure = "Is it the collector's port? Correct {ENDPOINT}.";
  return retry(destination, 'connection_reset', `the server closed the connection without an answer. ${cure}`);
}

export function timedOut(destination: Destination, timeoutMs: number): SendResult {
  const { otlp, signal } = destination;
  const setting = destination.timeoutSetting ?? timeoutSettingOf(otlp, signal, timeoutMs);
  const ms = Math.round(timeoutMs);
  const cure =
    timeoutMs < SHORT_TIMEOUT_MS && destination.timeoutSetting === undefined
      ? `${setting} is in milliseconds: for ${ms} s it must be ${ms * 1000}.`
      : `${setting} is the limit. Is the collector overloaded, or does a firewall drop what is sent to ${settingOf(otlp, 'ENDPOINT')}?`;
  return retry(destination, 'timeout', `no answer within ${ms} ms. ${cure}`);
}

/** Nobody hears of it: who closes a transport does not wait for its answers. */
export const CLOSED: SendResult = { kind: 'retry', message: 'The exporter was closed.', reason: 'closed' };

/** An answer that is not HTTP/1. @param packet - how it began. */
function mismatch(destination: Destination, packet: Uint8Array | undefined): SendResult {
  if (isHttp2(packet)) return speaksGrpc(destination);
  if (isTls(packet)) return wantsTls(destination);
  return retry(
    destination,
    'protocol_mismatch',
    'the answer is not HTTP. Does {ENDPOINT} name the port of the collector, 4318 for OTLP/HTTP?',
  );
}

export function speaksGrpc(destination: Destination): SendResult {
  return retry(
    destination,
    'protocol_mismatch',
    `the port speaks gRPC, not ${destination.otlp.protocol}. Set {PROTOCOL}=grpc, or use the port for OTLP/HTTP, 4318, in {ENDPOINT}.`,
  );
}

export function notGrpc(destination: Destination): SendResult {
  return retry(
    destination,
    'protocol_mismatch',
    'the port does not speak gRPC. Set {PROTOCOL}=http/protobuf, or use the port for gRPC, 4317, in {ENDPOINT}.',
  );
}

export function wantsTls(destination: Destination): SendResult {
  return retry(destination, 'protocol_mismatch', 'the port speaks TLS. Write https:// instead of http:// in {ENDPOINT}.');
}

/** A server's first frame in HTTP/2 is SETTINGS (type 4) on stream 0. */
function isHttp2(packet: Uint8Array | undefined): boolean {
  return packet !== undefined && packet.length >= 9 && packet[3] === 4 && packet.subarray(5, 9).every((byte) => byte === 0);
}

/** An alert or a handshake of TLS 1.x. */
function isTls(packet: Uint8Array | undefined): boolean {
  return (packet?.[0] === 0x15 || packet?.[0] === 0x16) && packet[1] === 3;
}

/** A file named in the settings cannot be read. */
export class TlsFileError extends Error {}
