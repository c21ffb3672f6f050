/**
 * What each error of a socket, of TLS or of Node.js means, and its cure: the setting that governs it, or what to do with
 * the collector. `{ENDPOINT}` stands for the name of the setting, `{code}` for the error's code.
 */
import type { ExportReason } from '../../names/messages.ts';

export interface FailureRow {
  /** Of the error's code. The first row that fits counts. */
  readonly code: RegExp;
  /** Of its text as well, for Node.js does not give a code to all that OpenSSL says. */
  readonly text?: RegExp;
  readonly reason: ExportReason;
  readonly what: string;
  readonly cure: string;
  /** Trying again meets the same: the batch is lost. */
  readonly isFinal?: true;
}

export const FAILURES: readonly FailureRow[] = [
  {
    code: /^ERR_(INVALID_CHAR|INVALID_HTTP_TOKEN|HTTP_INVALID_HEADER_VALUE|HTTP2_INVALID_(HEADER|PSEUDO|CONNECTION)|HTTP2_HEADER|UNESCAPED)/,
    reason: 'invalid_header',
    what: 'a header or the path cannot be sent ({code}).',
    cure: 'Correct {HEADERS}, or the path of {ENDPOINT}.',
    isFinal: true,
  },
  {
    code: /^ERR_(INVALID_URL|INVALID_PROTOCOL|HTTP2_UNSUPPORTED_PROTOCOL)$/,
    reason: 'invalid_url',
    what: 'the endpoint must be a URL that begins with http:// or https://.',
    cure: 'Correct {ENDPOINT}.',
    isFinal: true,
  },
  {
    code: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    text: /wrong version number|packet length too long/i,
    reason: 'protocol_mismatch',
    what: 'the port does not speak TLS.',
    cure: 'Write http:// instead of https:// in {ENDPOINT}, or switch TLS on in the collector.',
  },
  {
    code: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|CERT_UNTRUSTED)$/,
    reason: 'tls',
    what: 'the certificate is not signed by a known authority ({code}).',
    cure: 'Set {CERTIFICATE} to the PEM file of the authority that signed it.',
  },
  {
    code: /^CERT_HAS_EXPIRED$/,
    reason: 'tls',
    what: 'the certificate has expired.',
    cure: "Renew the collector's certificate, and compare the clocks of both machines.",
  },
  {
    code: /^CERT_NOT_YET_VALID$/,
    reason: 'tls',
    what: 'the certificate is not valid yet.',
    cure: "Compare the clocks of both machines, or renew the collector's certificate.",
  },
  {
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    reason: 'tls',
    what: 'the certificate is for another host name.',
    cure: 'Use a name in {ENDPOINT} that stands in the certificate, or issue one for this name.',
  },
  {
    code: /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE|ACCESS_DENIED)/,
    reason: 'tls',
    what: 'the server refused the client certificate or wants one ({code}).',
    cure: 'Set {CLIENT_CERTIFICATE} and {CLIENT_KEY}.',
  },
  {
    code: /^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|EPROTO)/,
    reason: 'tls',
    what: 'TLS failed ({code}).',
    cure: 'Check that {CERTIFICATE}, {CLIENT_CERTIFICATE} and {CLIENT_KEY} belong to this collector.',
  },
  {
    code: /^ECONNREFUSED$/,
    reason: 'connection_refused',
    what: 'connection refused.',
    cure: 'Start a collector there, or set {ENDPOINT}.',
  },
  {
    code: /^ERR_ACCESS_DENIED$/,
    reason: 'network',
    what: 'the permission model does not allow it.',
    cure: 'Add --allow-net.',
  },
  {
    code: /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA|EAI_NONAME)$/,
    reason: 'unknown_host',
    what: 'the host name cannot be resolved ({code}).',
    cure: 'Correct {ENDPOINT}.',
  },
  {
    code: /^ETIMEOUT$/,
    reason: 'unknown_host',
    what: 'DNS did not answer within 1 s.',
    cure: 'Correct {ENDPOINT}, or mend DNS.',
  },
  {
    code: /^ETIMEDOUT$/,
    reason: 'timeout',
    what: 'the host did not answer in time.',
    cure: 'Correct the host and port of {ENDPOINT}, or let packets through to it.',
  },
];

/** Everything else. */
export const OTHER_FAILURE: FailureRow = {
  code: /^/,
  reason: 'network',
  what: 'the connection failed ({code}).',
  cure: 'Check that the host and port of {ENDPOINT} can be reached from here.',
};
