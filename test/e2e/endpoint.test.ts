/** What is wrong with an endpoint although it answers is said within seconds; and what the end of a process knows of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findRefusingPort } from './kit/collector.ts';
import { startProgram, type Ending } from './kit/run-program.ts';

/** A word must come so soon. */
const WITHIN_MS = 10_000;
const HOUR_MS = 3_600_000;
const FAST = { OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
const codes = ({ said }: Ending): string[] => said.map(({ code }) => code.split(' ')[0] as string);

/** Records a span at once and each 100 ms, and ends when it is told to. */
const RECORDING = `
const span = () => require('@opentelemetry/api').trace.getTracer('t').startSpan('work').end();
span();
const timer = setInterval(span, 100);
process.on('message', () => process.exit());
`;

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Runs until a line of `code` was said, three more exports later at least; how it ended, and how long that line took. */
async function runUntilSaid(
  code: string,
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<{ ending: Ending; tookMs: number }> {
  const startedAt = performance.now();
  const running = startProgram({ program: '-e', args: [RECORDING + program], env: { ...FAST, ...env }, timeoutMs: 40_000 });
  await running.output(new RegExp(`"code":"${code.replace('.', '\\.')}`), 'stderr');
  const tookMs = performance.now() - startedAt;
  running.child.send('stop');
  return { ending: await running.ended, tookMs };
}

describe("a collector's clock that is off by hours is said once, with how much and in which direction", () => {
  for (const [offMs, said] of [
    [3 * HOUR_MS, /is 3 hours ahead of the clock of this machine/],
    [-3 * HOUR_MS, /is 3 hours behind the clock of this machine/],
  ] as const) {
    const date = (): string => new Date(Date.now() + offMs).toUTCString();
    for (const [protocol, server] of [
      [
        'http/protobuf',
        createHttpServer((request, response) => request.resume().on('end', () => response.writeHead(200, { date: date() }).end())),
      ],
      [
        'grpc',
        createHttp2Server().on('stream', (stream) => {
          stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0', date: date() }, { endStream: true });
        }),
      ],
    ] as const) {
      it(`${protocol}, ${offMs > 0 ? 'ahead' : 'behind'}`, async () => {
        const url = `http://127.0.0.1:${await listen(server as Server)}`;
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
        const { ending, tookMs } = await runUntilSaid('export.clock', '', env);
        server.close();
        assert.deepEqual([codes(ending).toSorted(), ending.code], [['export.clock', 'started'], 0], ending.stderr);
        assert.match(ending.stderr, said);
        assert.ok(ending.stderr.includes(`collector at ${url} is`), ending.stderr);
        assert.ok(tookMs < WITHIN_MS, `said after ${tookMs} ms`);
      });
    }
  }
});

describe('an endpoint that is the process itself is said once, with the setting that names it', () => {
  const own = (port: number, handler: string, http = 'http'): string =>
    `require('node:${http}').createServer(${handler}).listen(${port}, () => {});`;
  for (const [name, protocol, handler, http] of [
    ['accepts everything', 'http/protobuf', '(request, response) => response.end()', 'http'],
    ['knows no such page', 'http/protobuf', '(request, response) => response.writeHead(404).end()', 'http'],
    ['speaks HTTP/2', 'grpc', '(request, response) => response.end()', 'http2'],
    ['does not speak HTTP/2', 'grpc', '(request, response) => response.end()', 'http'],
  ] as const) {
    it(`when its server ${name}`, async () => {
      const port = await findRefusingPort();
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        // Its server cannot answer while the process ends: this would be waited for, and the test would not end in time.
        SIGNALBOX_SHUTDOWN_TIMEOUT: '60000',
      };
      const { ending, tookMs } = await runUntilSaid('export.own_endpoint', own(port, handler, http), env);
      const problems = codes(ending).filter((code) => code !== 'started' && code !== 'exit.lost');
      assert.deepEqual([problems, ending.code], [['export.own_endpoint'], 0], ending.stderr);
      assert.match(ending.stderr, /is this process itself: .* Set OTEL_EXPORTER_OTLP_ENDPOINT to the address of a collector/);
      assert.ok(tookMs < WITHIN_MS, `said after ${tookMs} ms`);
    });
  }
});

describe('an endpoint that is the process itself does not hold it', () => {
  /** Closes its server when it got the first request, which it never answers. */
  const CLOSING = (port: number): string => `
    require('@opentelemetry/api').trace.getTracer('t').startSpan('work').end();
    const server = require('node:http').createServer(() => server.close()).listen(${port});`;
  it('when its server never answers and the application has closed it', async () => {
    const port = await findRefusingPort();
    const env = {
      ...FAST,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
      SIGNALBOX_SHUTDOWN_TIMEOUT: '1000',
    };
    const ending = await startProgram({ program: '-e', args: [CLOSING(port)], env, timeoutMs: 20_000 }).ended;
    assert.deepEqual([ending.timedOut, ending.code], [false, 0], ending.stderr);
    assert.match(ending.stderr, /Lost at exit: 1 span /);
  });
});

describe('a time-out that must have been meant in seconds', () => {
  it('is said with its unit', async () => {
    const server = createHttpServer(() => {});
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await listen(server)}`, OTEL_EXPORTER_OTLP_TIMEOUT: '10' };
    const { ending } = await runUntilSaid('export.timeout', '', { ...env, SIGNALBOX_SHUTDOWN_TIMEOUT: '500' });
    server.close();
    server.closeAllConnections();
    assert.match(ending.stderr, /no answer within 10 ms\. OTEL_EXPORTER_OTLP_TIMEOUT is in milliseconds: for 10 s it must be 10000\./);
  });
});

describe('the DNS server falls silent after the first export', () => {
  const OWN_DNS = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const canReplaceDns = spawnSync('unshare', ['-rmn', 'sh', '-c', OWN_DNS, '/etc/hosts', 'true']).status === 0;
  /** In a network of its own: a collector in a thread, and a DNS server that knows it until \`isSilent\`. */
  const PROGRAM = `
    const { Worker } = require('node:worker_threads');
    let isSilent = false;
    const dns = require('node:dgram').createSocket('udp4').on('message', (query, { port, address }) => {
      if (isSilent) return;
      let end = 12;
      while (query[end] !== 0) end += query[end] + 1;
      const isA = query.readUInt16BE(end + 1) === 1;
      const header = Buffer.from(query.subarray(0, 12));
      header.writeUInt16BE(0x8180, 2);
      header.writeUInt16BE(isA ? 1 : 0, 6);
      header.writeUInt16BE(0, 10);
      const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
      dns.send(Buffer.concat([header, query.subarray(12, end + 5), isA ? record : Buffer.alloc(0)]), port, address);
    });
    const collector = new Worker(\`
      const { parentPort } = require('node:worker_threads');
      const { writeSync } = require('node:fs');
      require('node:http').createServer((request, response) => {
        writeSync(1, 'received ' + request.headers.host + '\\\\n');
        // Closed by both sides: the answer was read.
        request.socket.on('close', () => parentPort.postMessage('received'));
        response.writeHead(200, { connection: 'close' }).end();
      }).listen(4318, '127.0.0.1', () => parentPort.postMessage('listening'));
    \`, { eval: true, env: { SIGNALBOX_WORKER_THREADS: 'false', OTEL_SDK_DISABLED: 'true' }, execArgv: [] });
    const span = () => require('@opentelemetry/api').trace.getTracer('t').startSpan('work').end();
    dns.bind(53, '127.0.0.53', () => collector.on('message', (message) => {
      if (message === 'listening') return span();
      isSilent = true;
      setImmediate(() => { span(); process.exit(); });
    }));
  `;
  it(
    'what is recorded last arrives at once, by the address that worked',
    { skip: canReplaceDns ? false : 'unshare -rmn is not permitted' },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'dns-'));
      const resolvConf = join(folder, 'resolv.conf');
      writeFileSync(resolvConf, 'nameserver 127.0.0.53\noptions timeout:30 attempts:2\n');
      const ending = await startProgram({
        node: 'unshare',
        preload: 'none',
        nodeFlags: ['-rmn', 'sh', '-c', OWN_DNS, resolvConf, process.execPath, '--require', 'signalbox/register'],
        program: '-e',
        args: [PROGRAM],
        env: { ...FAST, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318', SIGNALBOX_SHUTDOWN_TIMEOUT: '2000' },
        timeoutMs: 30_000,
      }).ended;
      rmSync(folder, { recursive: true });
      assert.deepEqual(
        [ending.stdout.split('\n').filter(Boolean), codes(ending), ending.timedOut],
        [['received collector.example:4318', 'received collector.example:4318'], ['started'], false],
        ending.stderr,
      );
    },
  );
});
