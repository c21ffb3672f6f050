/**
 * Keeps web pages from writing to a receiver on the machine of the person who looks at them: by DNS rebinding (the `Host` is
 * then a name of the attacker's), and by requests across origins (the `Origin` is then the page's).
 */
import { isIP } from 'node:net';
import { describe, forbidden, type Refusal } from '../otlp/decode/refusal.ts';

/** Why a request with these headers is not let in; `undefined` when it is. */
export function guard(host: string | undefined, origin: string | undefined, allowedHosts: readonly string[]): Refusal | undefined {
  const name = host === undefined ? '' : hostName(`http://${host}`);
  if (!isSafeName(name) && isIP(bare(name)) === 0 && !allowedHosts.includes(name)) {
    return forbidden(`Host must be an IP address, localhost or one of allowedHosts, was ${describe(host ?? '')}.`);
  }
  if (origin !== undefined && !isLoopbackOrigin(origin)) {
    return forbidden(`Origin must be absent or on a loopback address, was ${describe(origin)}.`);
  }
  return undefined;
}

function isLoopbackOrigin(origin: string): boolean {
  if (!/^https?:\/\//.test(origin)) return false;
  const name = hostName(origin);
  return isSafeName(name) || bare(name) === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

const isSafeName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/** Without the brackets of an IPv6 address. */
const bare = (name: string): string => (name.startsWith('[') ? name.slice(1, -1) : name);

function hostName(url: string): string {
  const parsed = URL.parse(url);
  // Anything but a host and a port is not what a client sends here.
  if (parsed === null || parsed.username !== '' || parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') return '';
  return parsed.hostname.replace(/\.$/, '');
}
