/** DNS servers on the loopback interface, and lookups that ask them instead of the machine's. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { resolversOf } from '../../../../src/export/transport/dns-probe.ts';
import { createHostLookup, type HostLookup, type HostLookupOptions } from '../../../../src/export/transport/host-lookup.ts';

export type DnsAnswer = 'found' | 'unknown' | 'silence';

const RESPONSE = 0x8180;
const NOT_FOUND = 3;
/** The name of the question, type A, class IN, one minute, four bytes. */
const LOOPBACK_RECORD = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);

/** A server that answers as `answerOf` says for a name, each time after `delayMs`; its address, and the names that it was asked for. */
export async function serveDns(
  t: TestContext,
  answerOf: (name: string) => DnsAnswer = () => 'unknown',
  delayMs = 0,
): Promise<{ address: string; names: string[] }> {
  const socket = createSocket('udp4');
  const names: string[] = [];
  socket.on('message', (query, { address, port }) => {
    const labels: string[] = [];
    let end = 12;
    for (; query[end] !== 0; end += query[end]! + 1) labels.push(query.toString('latin1', end + 1, end + 1 + query[end]!));
    const name = labels.join('.');
    names.push(name);
    const answer = answerOf(name);
    if (answer === 'silence') return;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(answer === 'found' ? RESPONSE : RESPONSE | NOT_FOUND, 2);
    header.writeUInt16BE(answer === 'found' ? 1 : 0, 6);
    header.writeUInt16BE(0, 10);
    const question = query.subarray(12, end + 5);
    const response = Buffer.concat([header, question, answer === 'found' ? LOOPBACK_RECORD : Buffer.alloc(0)]);
    if (delayMs === 0) socket.send(response, port, address);
    else setTimeout(() => socket.send(response, port, address, () => {}), delayMs);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, names };
}

export const silence = (): DnsAnswer => 'silence';

/** A lookup through the servers at `dnsServers`, one after the other. The system knows every name, and `systemAsked` is told which it was asked for. */
export function lookupThrough(
  t: TestContext,
  dnsServers: string | readonly string[],
  {
    hosts = '',
    resolvConf = '',
    systemAsked = [],
    ...options
  }: { hosts?: string; resolvConf?: string; systemAsked?: string[] } & Pick<HostLookupOptions, 'firstAddress' | 'lastAddress'> = {},
): HostLookup {
  const folder = mkdtempSync(join(tmpdir(), 'etc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'hosts'), hosts);
  writeFileSync(join(folder, 'resolv.conf'), resolvConf);
  const askSystem: LookupFunction = (hostname, options, callback) => {
    systemAsked.push(hostname);
    if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
  return createHostLookup({
    ...options,
    folder,
    askSystem,
    openResolvers: () => resolversOf([dnsServers].flat()),
  });
}
