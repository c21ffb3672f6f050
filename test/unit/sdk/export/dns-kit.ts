/** DNS servers on the loopback interface, and lookups that ask them instead of the machine's. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createHostLookup, type HostLookup } from '../../../../src/sdk/export/host-lookup.ts';

const NOT_FOUND = 3;

/** A server that says that it knows no name, or, when `isSilent`, nothing. Resolves with its address. */
export async function serveDns(t: TestContext, isSilent = false): Promise<{ address: string; queries: () => number }> {
  const socket = createSocket('udp4');
  let queries = 0;
  socket.on('message', (query, { address, port }) => {
    queries++;
    if (isSilent) return;
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8180 | NOT_FOUND, 2);
    socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, queries: () => queries };
}

/** A lookup through the server at `dnsServer`. The system knows every name, and `systemAsked` is told which it was asked for. */
export function lookupThrough(
  t: TestContext,
  dnsServer: string,
  { hosts = '', systemAsked = [] }: { readonly hosts?: string; readonly systemAsked?: string[] } = {},
): HostLookup {
  const directory = mkdtempSync(join(tmpdir(), 'hosts-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const hostsFile = join(directory, 'hosts');
  writeFileSync(hostsFile, hosts);
  const askSystem: LookupFunction = (hostname, options, callback) => {
    systemAsked.push(hostname);
    if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
  return createHostLookup({
    hostsFile,
    askSystem,
    openResolver: () => {
      const resolver = new Resolver({ timeout: 400, tries: 2 });
      resolver.setServers([dnsServer]);
      return resolver;
    },
  });
}
