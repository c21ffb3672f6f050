/**
 * Looks up a collector's name as the rest of the process does, with `dns.lookup`, but not while DNS is silent.
 *
 * `dns.lookup` runs getaddrinfo in the thread pool, which waits some ten seconds for each name that a silent DNS server is
 * asked for. Nothing cancels that, and a process or a worker thread that ends waits for its pool. So one question that can
 * be cancelled goes ahead: whatever is answered to it in time, the system is asked.
 */
import type { Resolver } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { attempt } from '../../runtime/contain.ts';

const dns = process.getBuiltinModule('node:dns');
const { readFileSync } = process.getBuiltinModule('node:fs');

/** Also how long a lookup can keep a process alive that has nothing else to do. */
const ANSWER_WITHIN_MS = 1000;
const FIRST_TRY_MS = 400;
/** Later, a DNS server is slow, silent about this name, or silent altogether: it is looked at more closely. */
const SLOW_MS = 300;

export interface HostLookup {
  readonly lookup: LookupFunction;
  /** Lookups under way fail. */
  cancel(): void;
}

export interface HostLookupOptions {
  /** Answer to the first lookup, without asking anybody. */
  readonly firstAddress?: string | undefined;
  /** Where the host was reached last: answered while DNS is silent. */
  readonly lastAddress?: () => string | undefined;
  /** Makes what asks DNS. Default: one with the servers of the system, read anew, for they change. */
  readonly openResolver?: () => Resolver;
  /** Where `hosts` and `resolv.conf` are. Default: `/etc`. */
  readonly folder?: string;
  /** Default: `dns.lookup`. */
  readonly askSystem?: LookupFunction;
}

export function createHostLookup({
  firstAddress,
  lastAddress,
  openResolver = () => new dns.Resolver({ timeout: FIRST_TRY_MS, tries: 2 }),
  folder = '/etc',
  askSystem = (hostname, options, callback) => dns.lookup(hostname, options, callback),
}: HostLookupOptions = {}): HostLookup {
  const underWay = new Set<Resolver>();
  let first = firstAddress;
  return {
    lookup(hostname, options, callback) {
      if (first !== undefined) {
        const address = first;
        first = undefined;
        return reply([address], options, callback);
      }
      if (hostname === 'localhost') return askSystem(hostname, options, callback);
      const resolver = openResolver();
      underWay.add(resolver);
      probe(hostname, resolver, folder, (outcome) => {
        underWay.delete(resolver);
        if (outcome === 'ask-system') return askSystem(hostname, options, callback);
        const addresses = outcome === 'silent' ? [lastAddress?.()].filter((address) => address !== undefined) : outcome;
        if (addresses.length > 0) return reply(addresses, options, callback);
        callback(Object.assign(new Error(`no DNS server answers for ${hostname}`), { code: 'ETIMEOUT' }), []);
      });
    },
    cancel() {
      for (const resolver of underWay) resolver.cancel();
    },
  };
}

type Callback = Parameters<LookupFunction>[2];

function reply(addresses: readonly string[], options: { all?: boolean | undefined }, callback: Callback): void {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  // As from the system: never before the caller has gone on.
  process.nextTick(() => {
    if (options.all === true) callback(null, found);
    else callback(null, found[0]!.address, found[0]!.family);
  });
}

/** Addresses come from DNS itself where that is slow: the system would begin with the silent server, and wait. */
type Outcome = 'ask-system' | 'silent' | readonly string[];

/**
 * Asks DNS for `hostname`; when that takes long, for what the system would make of it as well. One answer of any kind is
 * enough to know that the system can be asked.
 */
function probe(hostname: string, resolver: Resolver, folder: string, done: (outcome: Outcome) => void): void {
  let hasAnswered = false;
  let isSlow = false;
  let isFinished = false;
  let open = 0;
  const closerLook = setTimeout(lookCloser, SLOW_MS);
  const limit = setTimeout(() => resolver.cancel(), ANSWER_WITHIN_MS);
  ask(hostname);

  function ask(name: string): void {
    open++;
    resolver.resolve4(name, (error, addresses) => {
      open--;
      const isSilent = error?.code === 'ETIMEOUT' || error?.code === 'ECANCELLED';
      hasAnswered ||= !isSilent;
      if (error === null && isSlow) return finish(addresses);
      if (open === 0 || (!isSilent && !isSlow)) finish(hasAnswered ? 'ask-system' : 'silent');
    });
  }

  function lookCloser(): void {
    isSlow = true;
    const resolvConf = read(`${folder}/resolv.conf`);
    // What the system knows without DNS is quick; where nothing says how it asks DNS, it must be asked.
    if (resolvConf === undefined || isNamedIn(read(`${folder}/hosts`), hostname)) return finish('ask-system');
    if (!hostname.endsWith('.')) for (const domain of searchDomains(resolvConf)) ask(`${hostname}.${domain}`);
  }

  function finish(outcome: Outcome): void {
    if (isFinished) return;
    isFinished = true;
    clearTimeout(closerLook);
    clearTimeout(limit);
    resolver.cancel();
    done(outcome);
  }
}

/** @see https://man7.org/linux/man-pages/man5/resolv.conf.5.html */
function searchDomains(resolvConf: string): string[] {
  const lists = [...resolvConf.matchAll(/^\s*(?:search|domain)\s+(.+)$/gm)];
  return (lists.at(-1)?.[1] ?? '').split(/\s+/).filter((domain) => domain !== '' && domain !== '.');
}

function isNamedIn(hosts: string | undefined, hostname: string): boolean {
  const name = hostname.replace(/[^\w-]/g, String.raw`\$&`);
  return hosts !== undefined && new RegExp(String.raw`^[^#\n]*\s${name}(?:\s|$)`, 'im').test(hosts);
}

function read(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'));
}
