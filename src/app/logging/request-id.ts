import { randomUUID } from 'node:crypto';

/** What proxies and other services send: UUIDs, ULIDs, hex, base64. Anything else might be meant for whoever reads the log. */
const VALID = /^[A-Za-z0-9._:+/=-]{1,128}$/;

/** The id that the caller gave the request (`x-request-id`), or a new one. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && VALID.test(header) ? header : randomUUID();
}
