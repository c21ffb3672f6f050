/**
 * Finds the addresses of a collector as the rest of the process finds any, but without holding up the process's end.
 *
 * `dns.lookup` runs getaddrinfo in the thread pool, which waits some ten seconds for a DNS server that is silent. Nothing
 * cancels that, and a process or a worker thread that ends waits for its pool. So the system is asked for what it knows
 * without DNS, and otherwise only after a resolver that can be cancelled has found out that DNS answers, whatever it says:
 * search domains, mDNS and the order of addresses are the system's own.
 */
import type { Resolver } from 'node:dns';
import type { LookupFunction } from 'node:net';

const dns = process.getBuiltinModule('node:dns');
const { readFileSync } = process.getBuiltinModule('node:fs');
// Captured: applications and test runners replace the globals.
const { setTimeout, clearTimeout } = globalThis;

/** Also how long a lookup can keep a process alive that has nothing else to do. */
const ANSWER_WITHIN_MS = 1000;
const FIRST_TRY_MS = 400;
const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

export interface HostLookup {
  readonly lookup: LookupFunction;
  /** Lookups under way fail. */
  cancel(): void;
}

export interface HostLookupOptions {
  /** Makes what asks DNS. Default: one with the servers of the system, read anew, for they change. */
  readonly openResolver?: () => Resolver;
  /** Default: that of the system. */
  readonly hostsFile?: string;
  /** Default: `dns.lookup`. */
  readonly askSystem?: LookupFunction;
}

export function createHostLookup({
  openResolver = () => new dns.Resolver({ timeout: FIRST_TRY_MS, tries: 2 }),
  hostsFile = HOSTS_FILE,
  askSystem = (hostname, options, callback) => dns.lookup(hostname, options, callback),
}: HostLookupOptions = {}): HostLookup {
  const asked = new Set<Resolver>();
  return {
    lookup(hostname, options, callback) {
      if (hostname === 'localhost' || isNamedIn(hostsFile, hostname)) return askSystem(hostname, options, callback);
      const resolver = openResolver();
      asked.add(resolver);
      const limit = setTimeout(() => resolver.cancel(), ANSWER_WITHIN_MS);
      resolver.resolve4(hostname, (error) => {
        clearTimeout(limit);
        asked.delete(resolver);
        // ECONNREFUSED is an answer, too: where no DNS server is set up, the system looks elsewhere and is quick.
        if (error?.code !== 'ETIMEOUT' && error?.code !== 'ECANCELLED') return askSystem(hostname, options, callback);
        callback(Object.assign(new Error(`no DNS server answers for ${hostname}`), { code: 'ETIMEOUT' }), []);
      });
    },
    cancel() {
      for (const resolver of asked) resolver.cancel();
    },
  };
}

function isNamedIn(hostsFile: string, hostname: string): boolean {
  const name = hostname.replace(/[^\w-]/g, String.raw`\$&`);
  try {
    return new RegExp(String.raw`^[^#\n]*\s${name}(?:\s|$)`, 'im').test(readFileSync(hostsFile, 'utf8'));
  } catch {
    return false; // there is none, or it must not be read
  }
}
