/** Why a request did not arrive, as one line that says what to do about it. */
import type { OtlpConfig, Signal } from '../../config/config.ts';
import type { SendResult } from '../../otlp/types.ts';

/** What a failure message says about where it happened. */
export interface Destination {
  readonly otlp: OtlpConfig;
  readonly signal: Signal;
}

type Retry = Extract<SendResult, { kind: 'retry' }>;
type Refused = Extract<SendResult, { kind: 'refused' }>;

export function retry(destination: Destination, reason: string, what: string, retryAfterMs?: number): Retry {
  const message = `${headOf(destination)}: ${what} The records wait and are sent again.`;
  return retryAfterMs === undefined ? { kind: 'retry', reason, message } : { kind: 'retry', reason, message, retryAfterMs };
}

export function refused(destination: Destination, reason: string, what: string): Refused {
  return { kind: 'refused', reason, message: `${headOf(destination)}: ${what} This batch is lost.` };
}

function headOf({ otlp, signal }: Destination): string {
  return `Cannot export ${signal} to ${endpointOf(otlp)}`;
}

/** The URL without credentials and query, which may hold secrets. */
export function endpointOf(otlp: OtlpConfig): string {
  try {
    const { host, pathname, protocol } = new URL(otlp.url);
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return 'an invalid URL';
  }
}

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
]);
const CLIENT_CERTIFICATE = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE|ACCESS_DENIED)/;

/** Tells from an error of a socket, of TLS, or of a parser, what is wrong with the way to the endpoint. */
export function failureOf(error: unknown, destination: Destination): SendResult {
  const { code = '', message } = error as NodeJS.ErrnoException;

  if (error instanceof TlsFileError) return retry(destination, 'tls', `${message}.`);
  if (
    /^ERR_(INVALID_CHAR|INVALID_HTTP_TOKEN|HTTP_INVALID_HEADER_VALUE|HTTP2_INVALID_(HEADER|PSEUDO|CONNECTION)|HTTP2_HEADER|UNESCAPED)/.test(
      code,
    )
  ) {
    return refused(destination, 'invalid_header', `a header or the path cannot be sent (${code}). Correct OTEL_EXPORTER_OTLP_HEADERS.`);
  }
  if (code === 'ERR_INVALID_URL' || code === 'ERR_INVALID_PROTOCOL' || code === 'ERR_HTTP2_UNSUPPORTED_PROTOCOL') {
    return refused(
      destination,
      'invalid_url',
      'the endpoint must be a URL that begins with http:// or https://. Correct OTEL_EXPORTER_OTLP_ENDPOINT.',
    );
  }

  if (code.startsWith('HPE_')) return mismatch(destination, (error as { rawPacket?: Uint8Array }).rawPacket);
  if (code === 'ERR_HTTP2_ERROR' || /NO_APPLICATION_PROTOCOL/.test(code)) return notGrpc(destination);
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|wrong version number|packet length too long/.test(`${code} ${message}`)) {
    return retry(
      destination,
      'protocol_mismatch',
      'the port does not speak TLS. Write http:// instead of https:// in the endpoint, or switch TLS on in the collector.',
    );
  }

  if (UNTRUSTED.has(code)) {
    return retry(
      destination,
      'tls',
      `the certificate is not signed by a known authority (${code}). Set OTEL_EXPORTER_OTLP_CERTIFICATE to the PEM file of the authority that signed it.`,
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return retry(
      destination,
      'tls',
      `the certificate ${code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'}. Renew it, and compare the clocks of both machines.`,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return retry(
      destination,
      'tls',
      'the certificate is for another host name. Use a name that stands in the certificate, or issue one for this name.',
    );
  }
  if (CLIENT_CERTIFICATE.test(code)) {
    return retry(
      destination,
      'tls',
      `the server refused the client certificate or wants one (${code}). Set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY.`,
    );
  }
  if (/^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|EPROTO)/.test(code)) return retry(destination, 'tls', `TLS failed (${code}).`);

  switch (code) {
    case 'ECONNREFUSED':
      return retry(destination, 'connection_refused', 'connection refused. Is a collector listening there?');
    case 'ERR_ACCESS_DENIED':
      return retry(destination, 'network', 'the permission model does not allow it. Add --allow-net.');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return retry(destination, 'unknown_host', `the host name cannot be resolved (${code}). Correct OTEL_EXPORTER_OTLP_ENDPOINT.`);
    case 'ETIMEOUT':
      return retry(
        destination,
        'unknown_host',
        'the host name cannot be resolved, for no DNS server answers. Correct OTEL_EXPORTER_OTLP_ENDPOINT, or DNS.',
      );
    case 'ETIMEDOUT':
      return retry(destination, 'timeout', 'the host did not answer in time.');
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
      return reset(destination);
    default:
      return retry(destination, 'network', `the connection failed (${code || message}).`);
  }
}

/** The server hung up without an answer. */
export function reset(destination: Destination): SendResult {
  const guess =
    destination.otlp.protocol === 'grpc'
      ? 'Does that port speak gRPC?'
      : destination.otlp.url.startsWith('https:')
        ? ''
        : 'Does that port want https://?';
  return retry(destination, 'connection_reset', `the server closed the connection without an answer. ${guess}`.trim());
}

export function timedOut(destination: Destination, timeoutMs: number): SendResult {
  return retry(destination, 'timeout', `no answer within ${Math.round(timeoutMs)} ms.`);
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
    'the answer is not HTTP. Does the endpoint name the port of the collector, 4318 for OTLP/HTTP?',
  );
}

export function speaksGrpc(destination: Destination): SendResult {
  return retry(
    destination,
    'protocol_mismatch',
    `the port speaks gRPC, not ${destination.otlp.protocol}. Set OTEL_EXPORTER_OTLP_PROTOCOL=grpc, or use the port for OTLP/HTTP, 4318.`,
  );
}

export function notGrpc(destination: Destination): SendResult {
  return retry(
    destination,
    'protocol_mismatch',
    'the port does not speak gRPC. Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, or use the port for gRPC, 4317.',
  );
}

export function wantsTls(destination: Destination): SendResult {
  return retry(destination, 'protocol_mismatch', 'the port speaks TLS. Write https:// instead of http:// in the endpoint.');
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
