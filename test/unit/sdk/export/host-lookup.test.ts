import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGrpcTransport } from '../../../../src/sdk/export/grpc-transport.ts';
import type { HostLookup } from '../../../../src/sdk/export/host-lookup.ts';
import { createHttpTransport } from '../../../../src/sdk/export/http-transport.ts';
import { lookupThrough, serveDns } from './dns-kit.ts';
import { LONG_MS, otlpConfig, serveGrpc, serveHttp, USER_AGENT } from './transport-kit.ts';

/** A port at which no DNS server listens. */
const NO_SERVER = '127.0.0.1:1';

const lookUp = ({ lookup }: HostLookup, hostname: string): Promise<unknown> =>
  new Promise((resolve) => lookup(hostname, {}, (error, address) => resolve(error?.code ?? address)));

test('the system is asked for a name once DNS has answered, be it that it does not know it', async (t) => {
  const dns = await serveDns(t);
  assert.equal(await lookUp(lookupThrough(t, dns.address), 'collector'), '127.0.0.1');
  assert.equal(dns.queries(), 1);
});

test('the system is asked where no DNS server is set up', async (t) => {
  assert.equal(await lookUp(lookupThrough(t, NO_SERVER), 'collector'), '127.0.0.1');
});

test('the system is not asked while DNS is silent', async (t) => {
  const systemAsked: string[] = [];
  const dns = await serveDns(t, true);
  assert.equal(await lookUp(lookupThrough(t, dns.address, { systemAsked }), 'collector.example'), 'ETIMEOUT');
  assert.deepEqual(systemAsked, []);
});

test('what the system knows without DNS is found although DNS is silent', async (t) => {
  const dns = await serveDns(t, true);
  const hosts = '127.0.0.1 localhost\n# 127.0.0.1 commented\n10.0.0.9\totel.example  Collector # not-this\n';
  const systemAsked: string[] = [];
  const lookup = lookupThrough(t, dns.address, { hosts, systemAsked });
  const names = ['localhost', 'otel.example', 'collector', 'commented', 'not-this', 'otelxexample', 'example'];
  await Promise.all(names.map((name) => lookUp(lookup, name)));
  assert.deepEqual(systemAsked, ['localhost', 'otel.example', 'collector']);
});

test('a lookup that is cancelled fails at once', async (t) => {
  const lookup = lookupThrough(t, (await serveDns(t, true)).address);
  const result = lookUp(lookup, 'collector.example');
  lookup.cancel();
  assert.equal(await result, 'ETIMEOUT');
});

const TRANSPORTS = { 'http/protobuf': createHttpTransport, grpc: createGrpcTransport } as const;
for (const protocol of ['http/protobuf', 'grpc'] as const) {
  const open = (url: string, hosts: HostLookup) => TRANSPORTS[protocol](otlpConfig(url, { protocol }), 'traces', USER_AGENT, { hosts });

  test(`${protocol}: a host whose DNS server is silent is unknown, long before the request has timed out`, async (t) => {
    const transport = open('http://collector.example:4318', lookupThrough(t, (await serveDns(t, true)).address));
    t.after(() => transport.close());
    const result = await transport.send(Buffer.from('body'), LONG_MS);
    assert.equal(result.kind === 'retry' && result.reason, 'unknown_host');
    assert.match(result.message ?? '', /no DNS server answers\. Correct OTEL_EXPORTER_OTLP_ENDPOINT, or DNS\./);
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
