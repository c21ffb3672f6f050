/** The address of a project in Sentry: `https://KEY[:SECRET]@HOST[/PATH]/PROJECT`. */
import { attempt } from '../runtime/contain.ts';
import type { OtlpConfig } from './config.ts';

const PROTOCOL_VERSION = 7;

/** Whether `dsn` is one. */
export function isDsn(dsn: string): boolean {
  const url = attempt(() => new URL(dsn));
  return url !== undefined && /^https?:$/.test(url.protocol) && /^\w+$/.test(url.username) && /\/\d+$/.test(url.pathname);
}

/** Where Sentry takes spans by OTLP. @param dsn - one that `isDsn`. */
export function otlpOfDsn(dsn: string, timeoutMs: number): OtlpConfig {
  const { origin, pathname, username } = new URL(dsn);
  const path = pathname.replace(/(\d+)$/, 'api/$1/integration/otlp/v1/traces/');
  return {
    protocol: 'http/protobuf',
    url: origin + path,
    headers: { 'x-sentry-auth': `Sentry sentry_version=${PROTOCOL_VERSION}, sentry_key=${username}` },
    timeoutMs,
    compression: 'gzip',
    settings: { ENDPOINT: 'SENTRY_DSN', HEADERS: 'SENTRY_DSN' },
  };
}
