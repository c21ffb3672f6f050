/** What is set up wrong is named in one line with its cure, within seconds, and the application never notices. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { cert, key } from '../unit/receiver/tls-files.ts';
import { findRefusingPort, startCollector } from './kit/collector.ts';
import { startProgram, type Ending, type SaidLine } from './kit/run-program.ts';

/** A word must come so soon. */
const WITHIN_MS = 10_000;
const FAST = { OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_BLRP_SCHEDULE_DELAY: '50', OTEL_METRIC_EXPORT_INTERVAL: '100' };

type Env = Readonly<Record<string, string>>;
interface SetUp extends AsyncDisposable {
  readonly env: Env;
}

interface Row {
  readonly name: string;
  readonly setUp: () => Promise<SetUp>;
  /** What the one line must have: what is wrong, and what to do. */
  readonly says: RegExp;
  readonly cure: RegExp;
  /** Something was sent all the same, so nothing is lost. */
  readonly arrives?: true;
}

const nothing = async (): Promise<void> => {};
const withEnv = (env: Env) => async (): Promise<SetUp> => ({ env, [Symbol.asyncDispose]: nothing });

function withCollector(options: Parameters<typeof startCollector>[0], env: (urls: { http: string; grpc: string }) => Env) {
  return async (): Promise<SetUp> => {
    const collector = await startCollector(options);
    const { httpUrl: http, grpcUrl: grpc } = collector.receiver;
    return { env: env({ http, grpc }), [Symbol.asyncDispose]: () => collector[Symbol.asyncDispose]() };
  };
}

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';
const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';
const refuseAll = (httpStatus: number) => ({ respond: () => ({ action: 'refuse', httpStatus }) as const });

const ENDPOINTS_IN_VAIN: readonly Row[] = [
  { name: 'HTTP to the port for gRPC', setUp: withCollector({}, ({ grpc }) => ({ [ENDPOINT]: grpc })), says: /speaks gRPC, not http\/protobuf/, cure: /OTEL_EXPORTER_OTLP_PROTOCOL=grpc/ },
  { name: 'gRPC to the port for HTTP', setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, [PROTOCOL]: 'grpc' })), says: /does not speak gRPC/, cure: /OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf/ },
  { name: 'a collector that is down', setUp: async () => withEnv({ [ENDPOINT]: `http://127.0.0.1:${await findRefusingPort()}` })(), says: /connection refused/, cure: /Is a collector listening there\?/ },
  { name: 'a collector that is down, by gRPC', setUp: async () => withEnv({ [ENDPOINT]: `http://127.0.0.1:${await findRefusingPort()}`, [PROTOCOL]: 'grpc' })(), says: /connection refused/, cure: /Is a collector listening there\?/ },
  { name: 'credentials that are refused', setUp: withCollector(refuseAll(401), ({ http }) => ({ [ENDPOINT]: http, [HEADERS]: 'authorization=Bearer%20very-secret-token' })), says: /answered 401/, cure: /credentials in OTEL_EXPORTER_OTLP_HEADERS/ },
  { name: 'credentials that are refused, by gRPC', setUp: withCollector(refuseAll(401), ({ grpc }) => ({ [ENDPOINT]: grpc, [PROTOCOL]: 'grpc', [HEADERS]: 'authorization=Bearer%20very-secret-token' })), says: /UNAUTHENTICATED|answered 401/, cure: /credentials in OTEL_EXPORTER_OTLP_HEADERS/ },
  { name: 'an unknown host', setUp: withEnv({ [ENDPOINT]: 'http://collector.invalid:4318' }), says: /host name cannot be resolved/, cure: /Correct OTEL_EXPORTER_OTLP_ENDPOINT/ },
  { name: 'an unknown host, by gRPC', setUp: withEnv({ [ENDPOINT]: 'http://collector.invalid:4317' }), says: /host name cannot be resolved/, cure: /Correct OTEL_EXPORTER_OTLP_ENDPOINT/ },
  { name: 'a certificate that nobody signed', setUp: withCollector({ tls: { key, cert } }, ({ http }) => ({ [ENDPOINT]: http })), says: /not signed by a known authority/, cure: /Set OTEL_EXPORTER_OTLP_CERTIFICATE to the PEM file/ },
  { name: 'a certificate that nobody signed, by gRPC', setUp: withCollector({ tls: { key, cert } }, ({ grpc }) => ({ [ENDPOINT]: grpc, [PROTOCOL]: 'grpc' })), says: /not signed by a known authority/, cure: /Set OTEL_EXPORTER_OTLP_CERTIFICATE to the PEM file/ },
  { name: 'plain HTTP to a port for TLS', setUp: withCollector({ tls: { key, cert } }, ({ http }) => ({ [ENDPOINT]: http.replace('https:', 'http:') })), says: /TLS|https:/, cure: /https:\/\// },
  { name: 'TLS to a port for plain HTTP', setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http.replace('http:', 'https:') })), says: /does not speak TLS/, cure: /Write http:\/\/ instead of https:\/\// },
  { name: 'TLS to a port for plain gRPC', setUp: withCollector({}, ({ grpc }) => ({ [ENDPOINT]: grpc.replace('http:', 'https:'), [PROTOCOL]: 'grpc' })), says: /does not speak TLS/, cure: /Write http:\/\/ instead of https:\/\// },
  { name: 'a path that nobody serves', setUp: startNotFound, says: /answered 404/, cure: /Check the path of the endpoint/ },
];

async function startNotFound(): Promise<SetUp> {
  const server = createHttpServer((request, response) => {
    request.resume();
    response.writeHead(404).end('no such page');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: { [ENDPOINT]: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const WORKS_ALL_THE_SAME: readonly Row[] = [
  { name: 'a misspelt name', arrives: true, setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, OTEL_EXPORTER_OTLP_ENDPONT: http })), says: /OTEL_EXPORTER_OTLP_ENDPONT is not a known setting/, cure: /did you mean OTEL_EXPORTER_OTLP_ENDPOINT\?/ },
  { name: 'a misspelt value', arrives: true, setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, [PROTOCOL]: 'http/protobuff' })), says: /OTEL_EXPORTER_OTLP_PROTOCOL must be one of http\/protobuf, http\/json, grpc, got "http\/protobuff"/, cure: /did you mean "?http\/protobuf"?\?/ },
  { name: 'a header without a value', arrives: true, setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, [HEADERS]: 'very-secret-token' })), says: /OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs/, cure: /has no "="/ },
  { name: 'a file of certificates that is not there', arrives: true, setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, OTEL_EXPORTER_OTLP_CERTIFICATE: '/does/not/exist.pem' })), says: /OTEL_EXPORTER_OTLP_CERTIFICATE must be a PEM file with a certificate, got "\/does\/not\/exist\.pem" \(ENOENT\)/, cure: /Using the default/ },
  { name: 'OTEL_SDK_DISABLED=1', arrives: true, setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, OTEL_SDK_DISABLED: '1' })), says: /OTEL_SDK_DISABLED must be true or false, got "1"/, cure: /Using false/ },
  { name: 'an exporter that is not built in', arrives: true, setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, OTEL_METRICS_EXPORTER: 'prometheus' })), says: /OTEL_METRICS_EXPORTER must be one of otlp, console, none, got "prometheus"/, cure: /metrics go by OTLP instead/ },
];

/** What goes wrong on the way out is a different word than what was wrong. */
const isLoss = ({ code }: SaidLine): boolean => code === 'exit.lost';
const isInfo = ({ level }: SaidLine): boolean => level === 'info';

function assertOneLine(ending: Ending, { says, cure, arrives }: Row): void {
  assert.equal(ending.timedOut, false, ending.stderr);
  assert.deepEqual({ code: ending.code, signal: ending.signal, stdout: ending.stdout, stderr: ending.ownStderr }, { code: 0, signal: null, stdout: 'recorded\n', stderr: '' });
  const lines = ending.said.filter((line) => !isInfo(line) && !isLoss(line)).map(({ message }) => message);
  assert.equal(lines.length, 1, ending.stderr);
  assert.match(lines[0] as string, says);
  assert.match(lines[0] as string, cure);
  assert.doesNotMatch(ending.stderr, /very-secret-token/);
  assert.equal(ending.said.some(isLoss), arrives !== true, ending.stderr);
}

for (const row of [...ENDPOINTS_IN_VAIN, ...WORKS_ALL_THE_SAME]) {
  describe(`${row.name} is named once, with its cure`, () => {
    it('while the application runs', async () => {
      await using setUp = await row.setUp();
      const program = startProgram({ program: 'three-signals.cjs', env: { ...FAST, ...setUp.env }, timeoutMs: WITHIN_MS + 20_000 });
      await program.output(/recorded/);
      const startedAt = performance.now();
      await program.output(row.says, 'stderr');
      const tookMs = performance.now() - startedAt;
      // As long as other signals need to fail as well.
      await program.output(row.arrives === true ? /"code":"started"/ : row.says, 'stderr');
      program.child.send('stop');
      assertOneLine(await program.ended, row);
      assert.ok(tookMs < WITHIN_MS, `named after ${tookMs} ms`);
    });

    it('when it ends at once', async () => {
      await using setUp = await row.setUp();
      const program = startProgram({ program: 'three-signals.cjs', args: ['at-once'], env: setUp.env });
      assertOneLine(await program.ended, row);
    });
  });
}
