/** Settings that hold a URL. */
import { attempt } from '../runtime/contain.ts';
import { bad, LONGEST_TEXT, type Reading } from './reading.ts';
import type { Setting } from './setting.ts';
import { HIDDEN, showValue } from './show-value.ts';

/** What a URL setting holds, before the protocol is known. */
export interface ParsedUrl {
  /** Without user name, password and fragment. For one without a scheme, `http:` stands in for it. */
  readonly url: URL;
  readonly hasScheme: boolean;
  /** Host and port as they were written. */
  readonly authority: string;
  /** As it was written, also where it is the scheme's own. */
  readonly port?: number;
}

export function readUrl(value: unknown, setting: Pick<Setting, 'credentials' | 'example' | 'needsScheme'>): Reading {
  const { credentials = 'OTEL_EXPORTER_OTLP_HEADERS', example = 'http://localhost:4318', needsScheme } = setting;
  const must = `a URL such as ${example}`;
  const wrong = (why = ''): Reading => bad(must, `${showValue(value, true)}${why}`);
  // A URL parser drops tabs and line breaks, and takes a backslash for a slash: what it reads is not what was written.
  if (typeof value !== 'string' || value.length > 4 * LONGEST_TEXT || /[\s\\\u0000-\u001f\u007f]/.test(value)) return wrong();
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(value);
  if (scheme !== null && !/^https?$/i.test(scheme[1]!)) return wrong(' (only http and https work)');
  if (scheme === null && needsScheme === true) return wrong(' (http:// or https:// is missing)');
  const rest = scheme === null ? value : value.slice(scheme[0].length);
  const authority = rest.split(/[/?#]/, 1)[0]!;
  if (authority === '' || authority.startsWith(':') || authority.endsWith(':')) return wrong();
  const host = authority.replace(/^.*@/, '').replace(/:\d+$/, '');
  if (/^https?$/i.test(host)) return wrong(` (write ${host}://)`);
  if (/^\d+$/.test(host)) return wrong(' (the host is missing)');
  if (/[${}<>]/.test(host)) return wrong(' (a placeholder that was not filled in)');
  const portText = /:(\d+)$/.exec(authority)?.[1];
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) return wrong(' (a port is a number from 1 to 65535)');
  const url = attempt(() => new URL(scheme === null ? `http://${rest}` : value));
  if (url === undefined) return wrong();
  const hasCredentials = url.username !== '' || url.password !== '';
  url.username = '';
  url.password = '';
  url.hash = '';
  const written = authority.slice(authority.lastIndexOf('@') + 1);
  const parsed: ParsedUrl = { url, hasScheme: scheme !== null, authority: written, ...(port !== undefined && { port }) };
  if (!hasCredentials) return { value: parsed };
  return {
    value: parsed,
    ...bad('a URL without a user name or password', HIDDEN, `Using it without them; credentials go into ${credentials}.`),
  };
}
