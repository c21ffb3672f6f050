import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { aliveReport } from '../../../src/app/health/health.ts';
import { createReporter } from '../../../src/diagnostics/reporter.ts';
import { serveConnection } from '../../../src/ops-server/connection.ts';
import { MOST_CONNECTIONS, openOpsServer, type OpsServerOptions } from '../../../src/ops-server/ops-server.ts';
import type { OpsServer } from '../../../src/ops-server/ops-types.ts';
import { partsWith, type Parts } from './kit.ts';

const open: { close(): unknown }[] = [];
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function start(
  more: Partial<OpsServerOptions> & { readonly parts?: Parts; readonly port?: number } = {},
): Promise<{ server: OpsServer; port: number; said: string[] }> {
  // prettier-ignore
  const said: string[] = [];
  const reporter = createReporter({ level: 'debug', forPerson: true, write: (line) => void said.push(line) });
  const config = { host: '127.0.0.1', port: more.port ?? 0, portSetting: 'SIGNALBOX_OPS_PORT' };
  const server = openOpsServer({ config, parts: partsWith(), reporter, isSaid: true, parentPid: undefined, retryAfterMs: 50, ...more });
  open.push(server);
  await server.ready;
  return { server, said, port: Number(new URL(server.url ?? 'http://none:1').port) };
}

/** Also by an error, which the caller listens for. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}

/** What comes until the server closes the connection, or until `enough` says so. */
async function talk(port: number, sent: string | readonly string[], enough: (text: string) => boolean = () => false): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const done = closed(socket);
  socket.setEncoding('latin1').on('error', () => {});
  socket.on('data', (piece: string) => {
    text += piece;
    if (enough(text)) socket.destroy();
  });
  for (const piece of typeof sent === 'string' ? [sent] : sent) await new Promise((written) => socket.write(piece, 'latin1', written));
  await done;
  return text;
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

describe('the ops server', () => {
  it('answers fetch, over a connection that stays', async () => {
    const { server, said } = await start();
    assert.match(said.join(''), /The ops port is open: http:\/\/127\.0\.0\.1:\d+\/metrics and http/);
    for (const path of ['/health', '/metrics', '/live']) {
      const response = await fetch(server.url + path);
      assert.equal(response.status, 200);
      assert.ok((await response.text()).length > 0);
    }
    const head = await fetch(`${server.url}/metrics`, { method: 'HEAD' });
    assert.ok(Number(head.headers.get('content-length')) > 100);
    assert.equal(await head.text(), '');
  });

  it('answers what comes in pieces, and several requests in one', async () => {
    const { port } = await start();
    assert.match(
      await talk(port, ['GET /li', 've HTTP/1.1\r\nHo', 'st: a\r\n', 'Connection: close\r\n\r', '\n']),
      /^HTTP\/1\.1 200 OK\r\n/,
    );
    const three = 'GET /live HTTP/1.1\r\n\r\n'.repeat(2) + 'GET /live HTTP/1.0\r\n\r\n';
    assert.equal(count(await talk(port, three), /HTTP\/1\.1 200 OK/g), 3);
  });

  it('answers what a client sends without waiting, in order, also what it refuses', async () => {
    const { port } = await start();
    const text = await talk(port, 'HEAD /live HTTP/1.1\r\n\r\nDELETE /metrics HTTP/1.1\r\n\r\nGET /live HTTP/1.0\r\n\r\n');
    assert.deepEqual([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status), ['200', '405', '200']); // prettier-ignore
    assert.equal(count(text, /^allow: GET, HEAD\r$/gm), 1);
    assert.equal(count(text, /"status"/g), 1, 'the answer to HEAD has no body');
  });

  it('is not held up by a client that never takes its answer, nor is its end', async () => {
    const scraper = { scrape: async () => ({ headers: {}, body: Buffer.alloc(32 * 1024 * 1024) }) };
    const { port, server } = await start({ parts: { ...partsWith(), scraper } });
    const deaf = connect(port, '127.0.0.1').on('error', () => {});
    deaf.pause();
    deaf.write('GET /metrics HTTP/1.1\r\n\r\n');
    await once(deaf, 'readable');
    assert.match(await talk(port, 'GET /live HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 OK/);
    await server.close();
    deaf.destroy();
  });

  it('refuses what is no request, and closes', async () => {
    const { port } = await start();
    const rows: readonly [string, number][] = [
      ['hello\r\n\r\n', 400],
      ['GET  /live HTTP/1.1\r\n\r\n', 400],
      ['GET /live\r\n\r\n', 400],
      ['GET /li\u00e9ve HTTP/1.1\r\n\r\n', 400],
      ['GET /live HTTP/1.1\r\nno colon\r\n\r\n', 400],
      ['GET /live HTTP/1.1\r\n folded: a\r\n\r\n', 400],
      ['GET /live HTTP/1.1\r\nname : a\r\n\r\n', 400],
      [`GET /live HTTP/1.1\r\n${'a: b\r\n'.repeat(101)}\r\n`, 400],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
      ['POST /live HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello', 413],
      ['GET /live HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 411],
      ['GET /live HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 400],
      ['GET /live HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\n', 400],
      ['POST /alerts HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}', 413],
      [`GET /${'a'.repeat(9000)} HTTP/1.1\r\n\r\n`, 431],
      ['x'.repeat(9000), 431],
      ['\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', 400],
    ];
    for (const [sent, status] of rows)
      assert.match(await talk(port, sent), new RegExp(`^HTTP/1\\.1 ${status} `), JSON.stringify(sent.slice(0, 60)));
    assert.match(await talk(port, '\r\n\r\nGET http://other.example/live?a HTTP/1.1\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 200/);
  });

  // Each has one limit that is short, so that only what is looked at can be over in time, however slow the machine is.
  const LONG = { headMs: 600_000, bodyMs: 600_000, idleMs: 600_000, writeMs: 600_000 };

  it('cuts clients that send nothing, or half a request, also byte by byte', async () => {
    const { port } = await start({ limits: { ...LONG, headMs: 40 } });
    assert.equal(await talk(port, ''), '');
    assert.equal(await talk(port, 'GET /live HTTP/1.1\r\nHost: '), '');
    const slow = connect(port, '127.0.0.1').on('error', () => {});
    const timer = setInterval(() => slow.write('a'), 5);
    await closed(slow);
    clearInterval(timer);
  });

  it('reads the body of alerts, in pieces, when it is asked to go on, and with the next request right behind it', async () => {
    const bodies: string[] = [];
    const receive = async (_: unknown, body: Uint8Array) => ({
      status: 200,
      headers: {},
      body: String(bodies.push(Buffer.from(body).toString())),
    });
    const parts = { ...partsWith(), alerts: { refuse: () => undefined, receive } };
    const { port } = await start({ parts });
    const head = 'POST /alerts HTTP/1.1\r\nContent-Length: 5\r\n';
    const text = await talk(port, [`${head}\r\nhe`, 'l', `lo${head}\r\nworldGET /live HTTP/1.0\r\n\r\n`]);
    assert.equal(count(text, /HTTP\/1\.1 200 OK/g), 3);
    assert.match(
      await talk(port, [`${head}Expect: 100-continue\r\nConnection: close\r\n\r\n`, 'again']),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/,
    );
    assert.match(await talk(port, 'POST /alerts HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 OK/);
    assert.deepEqual(bodies, ['hello', 'world', 'again', '']);
    assert.match(await talk(port, 'GET /alerts HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 405 [^]*allow: POST/);
  });

  it('reads no body of alerts that are refused by their head, and cuts whoever is slow with one', async () => {
    const refuse = (_: unknown, bytes: number) => (bytes > 5 ? { status: 401, headers: {}, body: 'no' } : undefined);
    const parts = { ...partsWith(), alerts: { refuse, receive: () => Promise.reject(new Error('nothing to receive')) } };
    const { port } = await start({ parts, limits: { ...LONG, bodyMs: 40 } });
    assert.match(await talk(port, 'POST /alerts HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n'), /^HTTP\/1\.1 401 [^]*connection: close/);
    assert.equal(await talk(port, 'POST /alerts HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe'), '');
    assert.match(await talk(port, 'POST /alerts HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello'), /^HTTP\/1\.1 500 /);
  });

  it('cuts clients that ask nothing more', async () => {
    const { port } = await start({ limits: { ...LONG, idleMs: 40 } });
    assert.match(await talk(port, 'GET /live HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 200 OK[^]*connection: keep-alive/);
  });

  it('cuts clients that do not take their answer', async () => {
    const scraper = { scrape: async () => ({ headers: {}, body: Buffer.alloc(32 * 1024 * 1024) }) };
    let accepted!: (cut: Promise<void>) => void;
    const whenCut = new Promise<void>((resolve) => (accepted = resolve));
    const server = createServer((socket) => {
      serveConnection(socket, { ...partsWith(), scraper }, { ...LONG, writeMs: 40 });
      accepted(closed(socket));
    }).listen(0, '127.0.0.1');
    open.push(server);
    await once(server, 'listening');
    const deaf = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
    deaf.pause();
    deaf.write('GET /metrics HTTP/1.1\r\n\r\n');
    await whenCut;
    deaf.destroy();
  });

  it('answers a probe at once, though it holds as many clients as it can that send nothing, half a request, or nothing more', async () => {
    const { port } = await start();
    const begin = (sent: string) => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      if (sent !== '') socket.write(sent);
      socket.resume();
      return socket;
    };
    const answered = begin('GET /live HTTP/1.1\r\n\r\n');
    await once(answered, 'data');
    const sockets = Array.from({ length: MOST_CONNECTIONS + 10 }, (_, i) => begin(i % 2 === 0 ? '' : 'GET /metrics HTTP/1.1\r\nHost: a'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (let i = 0; i < 3; i++) assert.match(await talk(port, 'GET /live HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 OK/);
    assert.equal(answered.destroyed, false, 'who has asked before is dropped last');
    for (const socket of [answered, ...sockets]) socket.destroy();
  });

  it('answers 200 probes at once, and asks for them once', async () => {
    const parts = partsWith();
    let [runs, asked] = [0, 0];
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    parts.health.register('database', () => (runs++, answered), { timeoutMs: 600_000 });
    const health = { ...parts.health, report: () => (++asked === 200 && answer(), parts.health.report(false)) };
    const { server } = await start({ parts: { ...parts, health } });
    const statuses = await Promise.all(Array.from({ length: 200 }, async () => (await fetch(`${server.url}/health`)).status));
    assert.deepEqual([new Set(statuses), runs], [new Set([200]), 1]);
  });

  it('cuts none whose answer is being made, for one that comes later', async () => {
    let answer!: () => void;
    let asked = 0;
    let allAsked!: () => void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const whenAllAsked = new Promise<void>((resolve) => (allAsked = resolve));
    const telemetry = () => {
      if (++asked === MOST_CONNECTIONS) allAsked();
      return answered.then(aliveReport);
    };
    const { port } = await start({ parts: { ...partsWith(), telemetry } });
    const waiting = Array.from({ length: MOST_CONNECTIONS }, () => talk(port, 'GET /health/telemetry HTTP/1.0\r\n\r\n'));
    await whenAllAsked;
    const last = connect(port, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => last.once('close', resolve));
    answer();
    for (const text of await Promise.all(waiting)) assert.match(text, /^HTTP\/1\.1 200 OK/);
  });

  it('takes no more connections than it can hold', async () => {
    const { port, server } = await start();
    const sockets: Socket[] = Array.from({ length: MOST_CONNECTIONS + 50 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await Promise.all(sockets.slice(0, MOST_CONNECTIONS).map((socket) => (socket.connecting ? once(socket, 'connect') : undefined)));
    sockets.forEach((socket) => socket.destroy());
    await server.close();
    await server.close();
  });

  it('says who has a port that is in use, runs without it, and opens it when it is free', async () => {
    const first = await start();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    open.push({ close: () => other.close() });
    const taken = await start({ port: (other.address() as AddressInfo).port });
    assert.equal(taken.server.url, undefined);
    const second = await start({ port: first.port });
    // Asked who has it: the answer comes a moment later.
    while (second.said.length === 0 || taken.said.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.match(second.said[0] ?? '', new RegExp(`127\\.0\\.0\\.1:${first.port} is already in use, by process ${process.pid}, which runs signalbox as well\\. .* Set SIGNALBOX_OPS_PORT to another port`)); // prettier-ignore
    assert.match(taken.said[0] ?? '', /is already in use, most likely by another service\. The application runs without it/);
    await first.server.close();
    while (second.server.url === undefined) await new Promise((resolve) => setImmediate(resolve));
    assert.match(second.said[1] ?? '', /The ops port is open/);
  });

  it('says nothing in a fork whose parent has the port', async () => {
    const first = await start();
    const fork = await start({ port: first.port, parentPid: process.pid });
    // It asks later who has the port, and has its answer later.
    const stranger = await start({ port: first.port });
    while (stranger.said.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([fork.said, fork.server.url], [[], undefined]);
  });

  it('names the host that cannot be used', async () => {
    const { said } = await start({ config: { host: '192.0.2.1', port: 9464, portSetting: 'OTEL_EXPORTER_PROMETHEUS_PORT' } });
    assert.match(said.join(''), /cannot be opened on 192\.0\.2\.1:9464: .*EADDRNOTAVAIL.* Set OTEL_EXPORTER_PROMETHEUS_HOST/);
  });
});
