/**
 * Finds the addresses of a collector as the rest of the process finds any, but without holding up the process's end.
 *
 * `dns.lookup` runs getaddrinfo in the thread pool, which waits some ten seconds for a DNS server that is silent. Nothing
 * cancels that, and a process or a worker thread that ends waits for its pool. So a resolver that can be cancelled asks
 * first what the system would ask. What it finds is mostly left aside, for mDNS and the order of addresses are the system's
 * own: that is asked as well, once it is known to be quick.
 */
import type { Resolver } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { monotonicMs } from '../../runtime/clock.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';

const dns = process.getBuiltinModule('node:dns');
const { readFileSync } = process.getBuiltinModule('node:fs');

/** Also how long a lookup can keep a process alive that has nothing else to do. */
const ANSWER_WITHIN_MS = 1000;
const FIRST_TRY_MS = 400;
/** What takes so long was found by a second try: the first DNS server is silent. */
const SLOW_MS = 300;

export interface HostLookup {
  readonly lookup: LookupFunction;
  /** Lookups under way fail. */
  cancel(): void;
}

export interface HostLookupOptions {
  /** Makes what asks DNS. Default: one with the servers of the system, read anew, for they change. */
  readonly openResolver?: () => Resolver;
  /** Where `hosts` and `resolv.conf` are. Default: `/etc`. */
  readonly folder?: string;
  /** Default: `dns.lookup`. */
  readonly askSystem?: LookupFunction;
}

export function createHostLookup({
  openResolver = () => new dns.Resolver({ timeout: FIRST_TRY_MS, tries: 2 }),
  folder = '/etc',
  askSystem = (hostname, options, callback) => dns.lookup(hostname, options, callback),
}: HostLookupOptions = {}): HostLookup {
  const asked = new Set<Resolver>();
  return {
    lookup(hostname, options, callback) {
      const names = namesAskedFor(hostname, read(`${folder}/hosts`), read(`${folder}/resolv.conf`));
      if (names.length === 0) return askSystem(hostname, options, callback);
      const resolver = openResolver();
      asked.add(resolver);
      const limit = setTimeout(() => resolver.cancel(), ANSWER_WITHIN_MS);
      const startedAt = monotonicMs();
      ask(0);

      function ask(index: number): void {
        resolver.resolve4(names[index]!, (error, addresses) => {
          const code = error?.code;
          const isSilent = code === 'ETIMEOUT' || code === 'ECANCELLED';
          const isFound = error === null || code === 'ENODATA'; // perhaps it has an address of IPv6
          if (!isSilent && !isFound && index + 1 < names.length) return ask(index + 1);
          clearTimeout(limit);
          asked.delete(resolver);
          // The system would wait for the silent one, and longer.
          if (error === null && monotonicMs() - startedAt >= SLOW_MS) return answer(addresses);
          if (!isSilent) return askSystem(hostname, options, callback);
          callback(Object.assign(new Error(`no DNS server answers for ${hostname}`), { code: 'ETIMEOUT' }), []);
        });
      }

      function answer(addresses: readonly string[]): void {
        if (options.all !== true) return callback(null, addresses[0]!, 4);
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      }
    },
    cancel() {
      for (const resolver of asked) resolver.cancel();
    },
  };
}

/**
 * The names that the system asks DNS for, in its order; none where it does not ask DNS, or not as `resolv.conf` says.
 *
 * @see https://man7.org/linux/man-pages/man5/resolv.conf.5.html
 */
function namesAskedFor(hostname: string, hosts: string | undefined, resolvConf: string | undefined): string[] {
  if (hostname === 'localhost' || resolvConf === undefined || isNamedIn(hosts, hostname)) return [];
  if (hostname.endsWith('.')) return [hostname];
  let search: string[] = [];
  let ndots = 1;
  for (const line of resolvConf.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') search = values.filter((domain) => domain !== '.');
    if (keyword === 'options') ndots = Number(values.find((value) => value.startsWith('ndots:'))?.slice(6) ?? ndots);
  }
  const below = search.map((domain) => `${hostname}.${domain}`);
  return hostname.split('.').length > ndots ? [hostname, ...below] : [...below, hostname];
}

function isNamedIn(hosts: string | undefined, hostname: string): boolean {
  const name = hostname.replace(/[^\w-]/g, String.raw`\$&`);
  return hosts !== undefined && new RegExp(String.raw`^[^#\n]*\s${name}(?:\s|$)`, 'im').test(hosts);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not there, as on Windows, or not to be read
  }
}
