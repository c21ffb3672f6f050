import assert from 'node:assert/strict';
import { hasSubscribers } from 'node:diagnostics_channel';
import { once } from 'node:events';
import net from 'node:net';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { OtlpConfig } from '../../../../src/config/config.ts';
import { clockAheadMs } from '../../../../src/export/transport/peer.ts';
import { createTransport } from '../../../../src/export/transport/transport.ts';
import type { Transport } from '../../../../src/otlp/types.ts';
import { createAuthority } from '../../../kit/certificates.ts';
import { answerGrpc, freePort, LONG_MS, openTransport, otlpConfig, serveGrpc, serveHttp, serveRaw, USER_AGENT } from './transport-kit.ts';

const BODY = Buffer.from('body');
const HOUR_MS = 3_600_000;
const GRPC = { protocol: 'grpc' } as const;
const authority = await createAuthority();
const localhost = await authority.issue('localhost', 'localhost');

async function sent(t: TestContext, url: string, changes: Partial<OtlpConfig> = {}, timeoutMs = LONG_MS): Promise<Transport> {
  const transport = openTransport(t, url, changes);
  await transport.send(BODY, timeoutMs);
  return transport;
}

/** A server in a thread of its own, which is another application for all that we can see. */
async function serveElsewhere(t: TestContext): Promise<string> {
  const worker = new Worker(
    `require('node:http').createServer((_, response) => response.end()).listen(0, '127.0.0.1', function () {
       require('node:worker_threads').parentPort.postMessage(this.address().port);
     })`,
    { eval: true },
  );
  t.after(() => worker.terminate());
  const [port] = (await once(worker, 'message')) as [number];
  return `http://localhost:${port}/v1/traces`;
}

test('a Date between sending and answering, to the second, is no difference', () => {
  const at = Date.UTC(2026, 0, 1, 12, 0, 0);
  const date = new Date(at).toUTCString();
  assert.equal(clockAheadMs(date, at + 100, at + 999), 0);
  assert.equal(clockAheadMs(date, at - 5000, at + 5000), 0);
  assert.equal(clockAheadMs(date, at - 5000, at - 2000), 2000);
  assert.equal(clockAheadMs(date, at + 5000, at + 6000), -4000);
});

test('an answer without a Date, or with one that is no date, says nothing about the clock', () => {
  for (const date of [undefined, '', 'soon', 'NaN']) assert.equal(clockAheadMs(date, 0, 1), undefined);
});

test('how far the clock of a collector is off is known from its answer, be it a success or not, over HTTP and gRPC', async (t) => {
  for (const offMs of [3 * HOUR_MS, -3 * HOUR_MS]) {
    const date = (): string => new Date(Date.now() + offMs).toUTCString();
    const http = await serveHttp(t, (response, _request, index) => response.writeHead(index === 1 ? 200 : 503, { date: date() }).end());
    const grpc = await serveGrpc(t, (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0', date: date() }, { endStream: true });
    });
    for (const [url, changes] of [
      [http.url, {}],
      [http.url, {}],
      [grpc.url, GRPC],
    ] as const) {
      const { clockAheadMs: aheadMs = 0 } = (await sent(t, url, changes)).peer;
      assert.ok(Math.abs(aheadMs - offMs) < LONG_MS, `${url} is off by ${aheadMs} ms`);
    }
  }
});

test('a server of this thread is recognized over HTTP, gRPC and TLS, whatever it answers', async (t) => {
  const unfriendly = await serveHttp(t, (response) => response.writeHead(404).end());
  const silent = await serveHttp(t, () => {});
  const notHttp = await serveRaw(t, (socket) => socket.once('data', () => socket.end('220 mail\r\n')));
  for (const [url, changes, timeoutMs] of [
    [(await serveHttp(t)).url, {}],
    [unfriendly.url, {}],
    [silent.url, {}, 200],
    [`http://localhost:${notHttp.port}/`, {}],
    [(await serveHttp(t, undefined, localhost)).url, { caFile: authority.caFile }],
    [(await serveGrpc(t)).url, GRPC],
    [(await serveGrpc(t, undefined, localhost)).url, { ...GRPC, caFile: authority.caFile }],
    [`http://localhost:${unfriendly.port}`, GRPC],
  ] as [string, Partial<OtlpConfig>, number?][]) {
    const { peer } = await sent(t, url, changes, timeoutMs);
    assert.equal(peer.isOwnProcess, true, url);
  }
});

test('a server elsewhere is not taken for one of this thread, although others connect here meanwhile', async (t) => {
  const own = await serveRaw(t, () => {});
  const url = await serveElsewhere(t);
  const transport = openTransport(t, url);
  const sending = transport.send(BODY, LONG_MS);
  for (let each = 0; each < 20; each++) net.connect(own.port, '127.0.0.1').on('error', () => {});
  assert.equal((await sending).kind, 'accepted');
  assert.equal(transport.peer.isOwnProcess, false);
});

test('of a port at which nobody listens, nothing is known', async (t) => {
  for (const changes of [{}, GRPC]) {
    const { isOwnProcess, address, clockAheadMs: aheadMs } = (await sent(t, `http://localhost:${await freePort()}`, changes)).peer;
    assert.deepEqual([isOwnProcess, address, aheadMs], [undefined, undefined, undefined]);
  }
});

test('connections that the application accepts are watched only while one is opened', async (t) => {
  for (const [url, changes] of [
    [(await serveHttp(t)).url, {}],
    [(await serveGrpc(t)).url, GRPC],
    [`http://localhost:${await freePort()}/`, {}],
    [`http://localhost:${await freePort()}`, GRPC],
  ] as [string, Partial<OtlpConfig>][]) {
    await sent(t, url, changes);
    await new Promise(setImmediate); // a session that failed is closed after its call
    assert.equal(hasSubscribers('net.server.socket'), false, url);
  }
});

test('the address is that of the last connection, and its setting is the one in force', async (t) => {
  const server = await serveHttp(t);
  const grpc = await serveGrpc(t, (stream) => answerGrpc(stream));
  assert.equal((await sent(t, server.url)).peer.address, '127.0.0.1');
  assert.equal((await sent(t, grpc.url, GRPC)).peer.address, '127.0.0.1');
  const settings = { ENDPOINT: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' };
  assert.equal((await sent(t, server.url, { settings })).peer.setting, settings.ENDPOINT);
});

test('an address that is handed over needs no DNS, and the host is still named as it was', async (t) => {
  const http = await serveHttp(t);
  const secure = await serveHttp(t, undefined, await authority.issue('away', 'collector.invalid'));
  const grpc = await serveGrpc(t);
  for (const [server, scheme, changes, header] of [
    [http, 'http', {}, 'host'],
    [secure, 'https', { caFile: authority.caFile }, 'host'],
    [grpc, 'http', GRPC, ':authority'],
  ] as const) {
    const url = `${scheme}://collector.invalid:${server.port}`;
    const transport = createTransport(otlpConfig(url, changes), 'traces', USER_AGENT, { address: '127.0.0.1' });
    t.after(() => transport.close());
    assert.deepEqual(await transport.send(BODY, LONG_MS), { kind: 'accepted', rejected: 0 }, url);
    assert.equal(server.received[0]!.headers[header], `collector.invalid:${server.port}`);
  }
});

test('after an address that leads nowhere any more, the name is looked up', async (t) => {
  const server = await serveHttp(t);
  const transport = createTransport(otlpConfig(server.url), 'traces', USER_AGENT, { address: '127.0.0.9' });
  t.after(() => transport.close());
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'retry');
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
});
