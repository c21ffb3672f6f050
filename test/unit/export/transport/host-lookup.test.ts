import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { test } from 'node:test';
import { createGrpcTransport } from '../../../../src/export/transport/grpc-transport.ts';
import { createHostLookup, type HostLookup } from '../../../../src/export/transport/host-lookup.ts';
import { createHttpTransport } from '../../../../src/export/transport/http-transport.ts';
import { lookupThrough, serveDns, silence } from './dns-kit.ts';
import { LONG_MS, otlpConfig, serveGrpc, serveHttp, USER_AGENT } from './transport-kit.ts';

/** A port at which no DNS server listens. */
const NO_SERVER = '127.0.0.1:1';

const lookUp = ({ lookup }: HostLookup, hostname: string): Promise<unknown> =>
  new Promise((resolve) => lookup(hostname, {}, (error, address) => resolve(error?.code ?? address)));

test('the system is asked for a name once DNS has answered, be it that it does not know it', async (t) => {
  const dns = await serveDns(t);
  assert.equal(await lookUp(lookupThrough(t, dns.address), 'collector'), '127.0.0.1');
  assert.deepEqual(dns.names, ['collector']);
});

test('the system is asked where no DNS server is set up', async (t) => {
  assert.equal(await lookUp(lookupThrough(t, NO_SERVER), 'collector'), '127.0.0.1');
});

test('the system is not asked while DNS is silent', async (t) => {
  const systemAsked: string[] = [];
  const dns = await serveDns(t, silence);
  assert.equal(await lookUp(lookupThrough(t, dns.address, { systemAsked }), 'collector.example'), 'ETIMEOUT');
  assert.deepEqual(systemAsked, []);
});

test('of two DNS servers, one may be silent: what the other one finds is taken, for the system would wait', async (t) => {
  const systemAsked: string[] = [];
  const servers = [(await serveDns(t, silence)).address, (await serveDns(t, () => 'found')).address];
  const { lookup } = lookupThrough(t, servers, { systemAsked });
  const found = await new Promise((resolve) => lookup('collector', { all: true }, (_error, addresses) => resolve(addresses)));
  assert.deepEqual(found, [{ address: '127.0.0.1', family: 4 }]);
  assert.equal(await lookUp({ lookup, cancel() {} }, 'collector'), '127.0.0.1');
  assert.deepEqual(systemAsked, []);
});

test('what the system knows without DNS is found although DNS is silent', async (t) => {
  const dns = await serveDns(t, silence);
  const hosts = '127.0.0.1 localhost\n# 127.0.0.1 commented\n10.0.0.9\totel.example  Collector # not-this\n';
  const systemAsked: string[] = [];
  const lookup = lookupThrough(t, dns.address, { hosts, systemAsked });
  const names = ['localhost', 'otel.example', 'collector', 'commented', 'not-this', 'otelxexample', 'example'];
  await Promise.all(names.map((name) => lookUp(lookup, name)));
  assert.deepEqual(systemAsked, ['localhost', 'otel.example', 'collector']);
});

const FIVE_DOMAINS = 'search a.example b.example c.example d.example e.example\n';

test('a name that the system finds below the last of five search domains is found, although each answer takes 280 ms', async (t) => {
  const systemAsked: string[] = [];
  const dns = await serveDns(t, () => 'unknown', 280);
  const lookup = lookupThrough(t, dns.address, { resolvConf: FIVE_DOMAINS, systemAsked });
  assert.equal(await lookUp(lookup, 'otel'), '127.0.0.1');
  assert.deepEqual(systemAsked, ['otel']);
});

test('the system is asked where DNS answers slowly that it does not know any of the names', async (t) => {
  const systemAsked: string[] = [];
  const dns = await serveDns(t, () => 'unknown', 350);
  const lookup = lookupThrough(t, dns.address, { resolvConf: FIVE_DOMAINS, systemAsked });
  assert.equal(await lookUp(lookup, 'otel'), '127.0.0.1');
  assert.deepEqual([systemAsked, dns.names.length], [['otel'], 6]);
});

for (const answer of ['found', 'unknown'] as const) {
  test(`a DNS server that takes 600 ms to answer is not silent: ${answer}`, async (t) => {
    const dns = await serveDns(t, () => answer, 600);
    assert.equal(await lookUp(lookupThrough(t, dns.address), 'otel'), '127.0.0.1');
  });
}

test('the system is not asked for a name about which DNS is silent, although it answers that it knows none of the longer ones', async (t) => {
  const systemAsked: string[] = [];
  const dns = await serveDns(t, (name) => (name === 'otel' ? 'silence' : 'unknown'));
  assert.equal(await lookUp(lookupThrough(t, dns.address, { resolvConf: FIVE_DOMAINS, systemAsked }), 'otel'), 'ETIMEOUT');
  assert.deepEqual(systemAsked, []);
});

test('a slow DNS is asked for the names that the system would ask for, below its last list of search domains', async (t) => {
  const systemAsked: string[] = [];
  const resolvConf = 'nameserver 10.0.0.10\nsearch ignored.example\n search apps.cluster  svc.cluster .\noptions ndots:2\n';
  const dns = await serveDns(t, (name) => (name === 'otel.svc.cluster' ? 'found' : 'silence'));
  const { lookup } = lookupThrough(t, dns.address, { resolvConf, systemAsked });
  assert.equal(await lookUp({ lookup, cancel() {} }, 'otel'), '127.0.0.1');
  assert.deepEqual(new Set(dns.names), new Set(['otel', 'otel.apps.cluster', 'otel.svc.cluster']));
  assert.deepEqual(systemAsked, []);
  assert.equal(await lookUp({ lookup, cancel() {} }, 'otel.'), 'ETIMEOUT');
});

test('DNS that answers at once is asked one question, and no file is read', async (t) => {
  const dns = await serveDns(t, () => 'found');
  assert.equal(await lookUp(lookupThrough(t, dns.address, { resolvConf: FIVE_DOMAINS }), 'otel'), '127.0.0.1');
  assert.deepEqual(dns.names, ['otel']);
});

test('the first lookup has the address that was handed over, and asks nobody', async (t) => {
  const systemAsked: string[] = [];
  const dns = await serveDns(t);
  const { lookup } = lookupThrough(t, dns.address, { firstAddress: '::1', systemAsked });
  const first = await new Promise((resolve) => lookup('collector', { all: true }, (_error, addresses) => resolve(addresses)));
  assert.deepEqual([first, dns.names, systemAsked], [[{ address: '::1', family: 6 }], [], []]);
  assert.equal(await lookUp({ lookup, cancel() {} }, 'collector'), '127.0.0.1');
  assert.deepEqual(systemAsked, ['collector']);
});

test('while DNS is silent, the host is where it was reached last', async (t) => {
  const dns = await serveDns(t, silence);
  const lookup = lookupThrough(t, dns.address, { lastAddress: () => '10.1.2.3' });
  assert.equal(await lookUp(lookup, 'collector.example'), '10.1.2.3');
});

test('a name of the cluster is found although DNS is silent about names outside', async (t) => {
  const dns = await serveDns(t, (name) => (name.endsWith('.cluster') ? 'found' : 'silence'));
  assert.equal(await lookUp(lookupThrough(t, dns.address, { resolvConf: 'search apps.cluster\n' }), 'otel'), '127.0.0.1');
});

test('the system is asked where no resolv.conf says what it does', async () => {
  const askSystem: LookupFunction = (_hostname, _options, callback) => callback(null, '127.0.0.1', 4);
  assert.equal(await lookUp(createHostLookup({ folder: '/does/not/exist', askSystem }), 'collector'), '127.0.0.1');
});

test('a lookup that is cancelled fails at once', async (t) => {
  const lookup = lookupThrough(t, (await serveDns(t, silence)).address);
  const result = lookUp(lookup, 'collector.example');
  lookup.cancel();
  assert.equal(await result, 'ETIMEOUT');
});

const TRANSPORTS = { 'http/protobuf': createHttpTransport, grpc: createGrpcTransport } as const;
for (const protocol of ['http/protobuf', 'grpc'] as const) {
  const open = (url: string, hosts: HostLookup) => TRANSPORTS[protocol](otlpConfig(url, { protocol }), 'traces', USER_AGENT, { hosts });

  test(`${protocol}: a host whose DNS server is silent is unknown, long before the request has timed out`, async (t) => {
    const transport = open('http://collector.example:4318', lookupThrough(t, (await serveDns(t, silence)).address));
    t.after(() => transport.close());
    const result = await transport.send(Buffer.from('body'), LONG_MS);
    assert.equal(result.kind === 'retry' && result.reason, 'unknown_host');
    assert.match(result.message ?? '', /DNS did not answer within 1 s\. Correct OTEL_EXPORTER_OTLP_ENDPOINT, or mend DNS\./);
  });

  test(`${protocol}: a host that DNS leads to gets the request`, async (t) => {
    const { port } = await (protocol === 'grpc' ? serveGrpc(t) : serveHttp(t));
    const transport = open(`http://collector.example:${port}`, lookupThrough(t, (await serveDns(t)).address));
    t.after(() => transport.close());
    assert.equal((await transport.send(Buffer.from('body'), LONG_MS)).kind, 'accepted');
  });

  test(`${protocol}: closing cancels the lookup under way`, async () => {
    let cancelled = false;
    const transport = open('http://collector.example:4318', {
      lookup: () => setImmediate(() => transport.close()),
      cancel: () => (cancelled = true),
    });
    assert.equal((await transport.send(Buffer.from('body'), LONG_MS)).kind, 'retry');
    assert.ok(cancelled);
  });
}
