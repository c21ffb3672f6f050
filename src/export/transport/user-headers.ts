import type { OtlpConfig } from '../../config/config.ts';
import { isReservedHeader } from '../../config/reserved-headers.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';

/**
 * The headers of the settings that may be sent.
 *
 * @throws an error of Node.js that names a header which has characters that no header may have. HTTP/2 does not look.
 */
export function userHeaders(otlp: OtlpConfig): Record<string, string> {
  const { validateHeaderName, validateHeaderValue } = getBuiltinModule('node:http');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(otlp.headers)) {
    if (isReservedHeader(name)) continue;
    validateHeaderName(name);
    validateHeaderValue(name, value);
    headers[name] = value;
  }
  return headers;
}
