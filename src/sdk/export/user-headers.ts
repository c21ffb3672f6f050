import type { OtlpConfig } from '../../config/config.ts';

/** What the protocol itself decides; set by a user, these would break the request. */
const OWN_HEADER =
  /^(connection|content-(encoding|length|type)|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|grpc-.*|:.*)$/;

/**
 * The headers of the settings that may be sent.
 *
 * @throws an error of Node.js that names a header which has characters that no header may have. HTTP/2 does not look.
 */
export function userHeaders(otlp: OtlpConfig): Record<string, string> {
  const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(otlp.headers)) {
    if (OWN_HEADER.test(name)) continue;
    validateHeaderName(name);
    validateHeaderValue(name, value);
    headers[name] = value;
  }
  return headers;
}
