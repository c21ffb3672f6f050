/**
 * Looks up a collector's name by `dns.lookup`, as the rest of the process does, but not while DNS is silent.
 *
 * getaddrinfo runs in the thread pool, waits 5 s and more for each silent server, and cannot be cancelled: `process.exit()`
 * in any thread waits for it (10 s measured). So c-ares, which can be cancelled, asks first. Any answer, found or not, means
 * that the system can be asked; silence means the address that worked last, or a failure after which the next try asks again.
 */
import type { Resolver } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';
import { resolversOf, startProbe, type Probe } from './dns-probe.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';

const dns = getBuiltinModule('node:dns');

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
  /** Makes one that asks for each server of the system. Default: read anew, for they change. */
  readonly openResolvers?: () => Resolver[];
  /** Where `hosts` and `resolv.conf` are. Default: `/etc`. */
  readonly folder?: string;
  /** Default: `dns.lookup`. */
  readonly askSystem?: LookupFunction;
}

export function createHostLookup({
  firstAddress,
  lastAddress,
  openResolvers = () => resolversOf(new dns.Resolver().getServers()),
  folder = '/etc',
  askSystem = (hostname, options, callback) => dns.lookup(hostname, options, callback),
}: HostLookupOptions = {}): HostLookup {
  const underWay = new Set<Probe>();
  let first = firstAddress;
  return {
    lookup(hostname, options, callback) {
      if (first !== undefined) {
        const address = first;
        first = undefined;
        return reply([address], options, callback);
      }
      if (hostname === 'localhost') return askSystem(hostname, options, callback);
      const probe = startProbe(hostname, openResolvers(), folder, (outcome) => {
        underWay.delete(probe);
        if (outcome === 'ask-system') return askSystem(hostname, options, callback);
        const addresses = outcome === 'silent' ? [lastAddress?.()].filter((address) => address !== undefined) : outcome;
        if (addresses.length > 0) return reply(addresses, options, callback);
        callback(Object.assign(new Error(`DNS did not answer for ${hostname}`), { code: 'ETIMEOUT' }), []);
      });
      underWay.add(probe);
    },
    cancel() {
      for (const probe of underWay) probe.cancel();
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
