/** What is set up wrong is named in one line with its cure, within seconds, and the application never notices. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { nodeBinary } from '../../scripts/install-node-releases.mjs';
import { settings } from '../../src/config/settings.ts';
import type { Setting } from '../../src/config/setting.ts';
import { badValues } from '../unit/config/bad-values.ts';
import { cert, key } from '../unit/receiver/tls-files.ts';
import { findRefusingPort, startCollector } from './kit/collector.ts';
import { PRELOADS, PROGRAMS, ROOT, runProgram, startProgram, type Ending, type SaidLine } from './kit/run-program.ts';

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
const refuseAll = { respond: () => ({ action: 'refuse', httpStatus: 401, grpcStatus: 16 }) as const };

const ENDPOINTS_IN_VAIN: readonly Row[] = [
  {
    name: 'HTTP to the port for gRPC',
    setUp: withCollector({}, ({ grpc }) => ({ [ENDPOINT]: grpc })),
    says: /speaks gRPC, not http\/protobuf/,
    cure: /OTEL_EXPORTER_OTLP_PROTOCOL=grpc/,
  },
  {
    name: 'gRPC to the port for HTTP',
    setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, [PROTOCOL]: 'grpc' })),
    says: /does not speak gRPC/,
    cure: /OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf/,
  },
  {
    name: 'a collector that is down',
    setUp: async () => withEnv({ [ENDPOINT]: `http://127.0.0.1:${await findRefusingPort()}` })(),
    says: /connection refused/,
    cure: /Start a collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT\./,
  },
  {
    name: 'a collector that is down, by gRPC',
    setUp: async () => withEnv({ [ENDPOINT]: `http://127.0.0.1:${await findRefusingPort()}`, [PROTOCOL]: 'grpc' })(),
    says: /connection refused/,
    cure: /Start a collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT\./,
  },
  {
    name: 'credentials that are refused',
    setUp: withCollector(refuseAll, ({ http }) => ({ [ENDPOINT]: http, [HEADERS]: 'authorization=Bearer%20very-secret-token' })),
    says: /answered 401/,
    cure: /credentials in OTEL_EXPORTER_OTLP_HEADERS/,
  },
  {
    name: 'credentials that are refused, by gRPC',
    setUp: withCollector(refuseAll, ({ grpc }) => ({
      [ENDPOINT]: grpc,
      [PROTOCOL]: 'grpc',
      [HEADERS]: 'authorization=Bearer%20very-secret-token',
    })),
    says: /UNAUTHENTICATED|answered 401/,
    cure: /credentials in OTEL_EXPORTER_OTLP_HEADERS/,
  },
  {
    name: 'an unknown host',
    setUp: withEnv({ [ENDPOINT]: 'http://collector.invalid:4318' }),
    says: /host name cannot be resolved/,
    cure: /Correct OTEL_EXPORTER_OTLP_ENDPOINT/,
  },
  {
    name: 'an unknown host, by gRPC',
    setUp: withEnv({ [ENDPOINT]: 'http://collector.invalid:4317' }),
    says: /host name cannot be resolved/,
    cure: /Correct OTEL_EXPORTER_OTLP_ENDPOINT/,
  },
  {
    name: 'a certificate that nobody signed',
    setUp: withCollector({ tls: { key, cert } }, ({ http }) => ({ [ENDPOINT]: http })),
    says: /not signed by a known authority/,
    cure: /Set OTEL_EXPORTER_OTLP_CERTIFICATE to the PEM file/,
  },
  {
    name: 'a certificate that nobody signed, by gRPC',
    setUp: withCollector({ tls: { key, cert } }, ({ grpc }) => ({ [ENDPOINT]: grpc, [PROTOCOL]: 'grpc' })),
    says: /not signed by a known authority/,
    cure: /Set OTEL_EXPORTER_OTLP_CERTIFICATE to the PEM file/,
  },
  {
    name: 'plain HTTP to a port for TLS',
    setUp: withCollector({ tls: { key, cert } }, ({ http }) => ({ [ENDPOINT]: http.replace('https:', 'http:') })),
    says: /TLS|https:/,
    cure: /https:\/\//,
  },
  {
    name: 'TLS to a port for plain HTTP',
    setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http.replace('http:', 'https:') })),
    says: /does not speak TLS/,
    cure: /Write http:\/\/ instead of https:\/\//,
  },
  {
    name: 'TLS to a port for plain gRPC',
    setUp: withCollector({}, ({ grpc }) => ({ [ENDPOINT]: grpc.replace('http:', 'https:'), [PROTOCOL]: 'grpc' })),
    says: /does not speak TLS/,
    cure: /Write http:\/\/ instead of https:\/\//,
  },
  { name: 'a path that nobody serves', setUp: startNotFound, says: /answered 404/, cure: /Check the path of OTEL_EXPORTER_OTLP_ENDPOINT/ },
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
  {
    name: 'a misspelt name',
    arrives: true,
    setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, OTEL_EXPORTER_OTLP_ENDPONT: http })),
    says: /OTEL_EXPORTER_OTLP_ENDPONT is not a known setting/,
    cure: /did you mean OTEL_EXPORTER_OTLP_ENDPOINT\?/,
  },
  {
    name: 'a misspelt value',
    arrives: true,
    setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, [PROTOCOL]: 'http/protobuff' })),
    says: /OTEL_EXPORTER_OTLP_PROTOCOL must be one of http\/protobuf, http\/json, grpc, got "http\/protobuff"/,
    cure: /did you mean "?http\/protobuf"?\?/,
  },
  {
    name: 'a header without a value',
    arrives: true,
    setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, [HEADERS]: 'very-secret-token' })),
    says: /OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs/,
    cure: /has no "="/,
  },
  {
    name: 'a file of certificates that is not there',
    arrives: true,
    setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, OTEL_EXPORTER_OTLP_CERTIFICATE: '/does/not/exist.pem' })),
    says: /OTEL_EXPORTER_OTLP_CERTIFICATE must be a PEM file with a certificate, got "\/does\/not\/exist\.pem" \(ENOENT\)/,
    cure: /Using the default/,
  },
  {
    name: 'OTEL_SDK_DISABLED=1',
    arrives: true,
    setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, OTEL_SDK_DISABLED: '1' })),
    says: /OTEL_SDK_DISABLED must be true or false, got "1"/,
    cure: /Using false/,
  },
  {
    name: 'an exporter that is not built in',
    arrives: true,
    setUp: withCollector({}, ({ http }) => ({ [ENDPOINT]: http, OTEL_TRACES_EXPORTER: 'zipkin' })),
    says: /OTEL_TRACES_EXPORTER must be none alone, or one or more of otlp, console, otlp\/stdout, otlp_file, separated by commas, got "zipkin"/,
    cure: /Zipkin takes OTLP through/,
  },
];

/** What goes wrong on the way out is a different word than what was wrong. */
const isLoss = ({ code }: SaidLine): boolean => code === 'exit.lost';
const isInfo = ({ level }: SaidLine): boolean => level === 'info';

function assertOneLine(ending: Ending, { says, cure, arrives }: Row): void {
  assert.equal(ending.timedOut, false, ending.stderr);
  assert.deepEqual(
    { code: ending.code, signal: ending.signal, stdout: ending.stdout, stderr: ending.ownStderr },
    { code: 0, signal: null, stdout: 'recorded\n', stderr: '' },
  );
  const lines = complaints(ending);
  assert.equal(lines.length, 1, ending.stderr);
  assert.match(lines[0] as string, says);
  assert.match(lines[0] as string, cure);
  assert.doesNotMatch(ending.stderr, /very-secret-token/);
  assert.equal(ending.said.some(isLoss), arrives !== true, ending.stderr);
}

/** The lines that tell of something wrong; the cause stands beside what was lost by it. */
const complaints = ({ said }: Ending): string[] => said.filter((line) => !isInfo(line) && !isLoss(line)).map(({ message }) => message);

for (const row of [...ENDPOINTS_IN_VAIN, ...WORKS_ALL_THE_SAME]) {
  describe(`${row.name} is named once, with its cure`, () => {
    it('while the application runs', async () => {
      await using setUp = await row.setUp();
      const program = startProgram({ program: 'three-signals.cjs', env: { ...FAST, ...setUp.env } });
      await program.output(/recorded/);
      const startedAt = performance.now();
      await program.output(/"level":"(warn|error)"/, 'stderr');
      const tookMs = performance.now() - startedAt;
      await program.output(/"code":"started"/, 'stderr');
      program.child.send('stop');
      assertOneLine(await program.ended, row);
      assert.ok(tookMs < WITHIN_MS, `named after ${tookMs} ms`);
    });

    it('when it ends at once', async () => {
      await using setUp = await row.setUp();
      assertOneLine(await runProgram({ program: 'three-signals.cjs', args: ['at-once'], env: setUp.env }), row);
    });
  });
}

describe('a set-up that is right', () => {
  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    it(`over ${protocol} draws no line but that of the start`, async () => {
      await using collector = await startCollector();
      const endpoint = protocol === 'grpc' ? collector.receiver.grpcUrl : collector.receiver.httpUrl;
      const ending = await runProgram({
        program: 'three-signals.cjs',
        args: ['at-once'],
        env: {
          [ENDPOINT]: endpoint,
          [PROTOCOL]: protocol,
          OTEL_SERVICE_NAME: 'shop',
          [HEADERS]: 'authorization=Bearer%20very-secret-token',
        },
      });
      assert.deepEqual(
        ending.said.map(({ code }) => code),
        ['started'],
        ending.stderr,
      );
      assert.match(
        ending.said[0]?.message ?? '',
        new RegExp(
          `^signalbox \\S+: shop \\S+ sends traces, metrics and logs to ${endpoint} \\(${protocol}\\), sampler parentbased_always_on, no ops port \\(SIGNALBOX_OPS=true opens it\\), Node\\.js `,
        ),
      );
      assert.doesNotMatch(ending.stderr, /very-secret-token/);
      assert.equal(collector.store.spans().length, 1);
      assert.equal(collector.store.logs().length, 1);
    });
  }
});

interface WholeSetUp {
  readonly name: string;
  readonly run: (env: Env) => Promise<Ending>;
  readonly says: RegExp;
  readonly cure: RegExp;
}

/** A project of its own with what it needs in its `node_modules`; gone when the test is over. */
async function inProject<T>(files: Readonly<Record<string, string>>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-project-')));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const OTHER_SDK = join(PROGRAMS, 'other-sdk.cjs');
const REGISTER = join(ROOT, 'dist/register.js');

const SET_UPS: readonly WholeSetUp[] = [
  {
    name: 'a library that is loaded first',
    run: (env) => runProgram({ program: 'loaded-first.cjs', preload: 'none', env }),
    says: /"express" must be loaded after signalbox/,
    cure: /Put --require signalbox\/register/,
  },
  {
    name: 'a second start',
    run: (env) => runProgram({ program: 'started-twice.cjs', env }),
    says: /must be started once/,
    cure: /Remove the call, or --require signalbox\/register/,
  },
  {
    name: 'another SDK that registers first',
    run: (env) => runProgram({ program: 'three-signals.cjs', args: ['at-once'], nodeFlags: ['--require', OTHER_SDK], env }),
    says: /another SDK already registered its/,
    cure: /Remove the other SDK, or load signalbox before it/,
  },
  {
    name: 'another SDK that registers later',
    run: (env) =>
      runProgram({
        program: 'three-signals.cjs',
        args: ['at-once'],
        preload: 'none',
        nodeFlags: ['--require', 'signalbox/register', '--require', OTHER_SDK],
        env,
      }),
    says: /the application registers another one as well/,
    cure: /Remove the other SDK's set-up/,
  },
  {
    name: 'a bundled application',
    async run(env) {
      const program = startProgram({ program: 'bundled.cjs', env });
      await program.output(/"code":"bundled"/, 'stderr');
      program.child.send('stop');
      return program.ended;
    },
    says: /one bundled file that holds express, pg/,
    cure: /--packages=external with esbuild/,
  },
  {
    name: 'a second copy of @opentelemetry/api that is newer',
    run: (env) =>
      inProject(
        { 'app.cjs': "require('@opentelemetry/api').trace.getTracer('two').startSpan('work').end();\nconsole.log('recorded');\n" },
        async (folder) => {
          const copied = join(folder, 'node_modules/@opentelemetry/api');
          cpSync(join(ROOT, 'node_modules/@opentelemetry/api'), copied, { recursive: true, dereference: true });
          // What is compared is the version that a copy has in itself.
          for (const file of ['package.json', 'dist/version.cjs']) {
            const path = join(copied, file);
            writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/"1\.10\.\d+"/g, '"1.99.0"'));
          }
          return runProgram({
            program: join(folder, 'app.cjs'),
            cwd: folder,
            preload: 'none',
            nodeFlags: ['--require', REGISTER],
            env: { ...env, OTEL_SERVICE_NAME: 'shop' },
          });
        },
      ),
    says: /@opentelemetry\/api must not be newer than signalbox.s 1\.10\.\d+/,
    cure: /"overrides": \{"@opentelemetry\/api": "1\.10\.\d+"\}/,
  },
  {
    name: 'a configuration file that is not there',
    run: (env) =>
      runProgram({ program: 'three-signals.cjs', args: ['at-once'], env: { ...env, OTEL_CONFIG_FILE: '/does/not/exist.yaml' } }),
    says: /OTEL_CONFIG_FILE must be a file that can be read, got "\/does\/not\/exist\.yaml" \(ENOENT\)/,
    cure: /It is ignored/,
  },
  {
    name: 'a configuration file that sends nothing',
    run: (env) =>
      inProject({ 'otel.yaml': 'file_format: "1.0"\n' }, (folder) =>
        runProgram({ program: 'three-signals.cjs', args: ['at-once'], env: { ...env, OTEL_CONFIG_FILE: join(folder, 'otel.yaml') } }),
      ),
    says: /otel\.yaml" \(OTEL_CONFIG_FILE\) names no processor and no reader\. Nothing is sent\./,
    cure: /Add tracer_provider, meter_provider or logger_provider/,
  },
  ...Object.entries({
    'that is not YAML': ['file_format: "1.0"\ntracer_provider: [a, b\nx: 1\n', /line 3, column 1: /],
    'with a key twice': [
      'file_format: "1.0"\ntracer_provider:\n  processors: 5\n  processors: 5\n',
      /line 4, column 3: Map keys must be unique/,
    ],
    'without a version': ['tracer_provider: {}', /file_format/],
    'of the wrong shape': ['file_format: "1.0"\ntracer_provider: 5\n', /tracer_provider must be object/],
    'that names what does not exist': ['file_format: "1.0"\ntracer_provider:\n  processors:\n    - carrier_pigeon: {}\n', /./],
    'that is empty': ['', /./],
  } satisfies Record<string, readonly [text: string, why: RegExp]>).map(([what, [text, why]]) => ({
    name: `a configuration file ${what}`,
    run: (env: Env) =>
      inProject({ 'otel.yaml': text }, (folder) =>
        runProgram({ program: 'three-signals.cjs', args: ['at-once'], env: { ...env, OTEL_CONFIG_FILE: join(folder, 'otel.yaml') } }),
      ),
    says: new RegExp(
      `Telemetry did not start: OTEL_CONFIG_FILE must name a file that the OpenTelemetry SDK understands, .*\\(.*${why.source}.*\\)`,
    ),
    cure: /Correct the file, or unset OTEL_CONFIG_FILE/,
  })),
];

describe('a mistake of the set-up is named once, with its cure', { concurrency: 2 }, () => {
  for (const { name, run, says, cure } of SET_UPS) {
    it(name, async () => {
      await using collector = await startCollector();
      const ending = await run(collector.env);
      assert.deepEqual(
        { code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr },
        { code: 0, stdout: 'recorded\n', stderr: '' },
      );
      assert.equal(complaints(ending).length, 1, ending.stderr);
      assert.match(complaints(ending)[0] as string, says);
      assert.match(complaints(ending)[0] as string, cure);
      assert.doesNotMatch(ending.stderr, /\.\. /);
    });
  }

  it('and several libraries that are loaded first are each named', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({
      program: '-e',
      args: ["require('express'); require('pg'); require('signalbox').startTelemetry()"],
      preload: 'none',
      env: collector.env,
    });
    for (const library of ['express', 'pg']) assert.match(complaints(ending).join('\n'), new RegExp(`"${library}"`));
  });
});

describe('a Node.js that is too old', { concurrency: 2 }, () => {
  for (const version of ['18.20.8', '20.20.2']) {
    const node = nodeBinary(version);
    for (const preload of PRELOADS) {
      for (const program of ['plain-http.cjs', 'plain-http.mjs']) {
        it(
          `${version} is told so in one line, ${preload}, ${program}`,
          { skip: existsSync(node) ? false : `Node.js ${version} is not installed: node scripts/install-node-releases.mjs ${version}` },
          async () => {
            const bare = await runProgram({ program, node, preload: preload === 'import' ? 'import-nothing' : 'none' });
            const ending = await runProgram({ program, node, preload });
            assert.deepEqual(
              { code: ending.code, signal: ending.signal, stdout: ending.stdout },
              { code: bare.code, signal: bare.signal, stdout: bare.stdout },
            );
            assert.equal(
              ending.stderr,
              `signalbox: Node.js must be 22.15 or newer, but this is ${version}. The application runs without telemetry. Update Node.js.\n${bare.stderr}`,
            );
          },
        );
      }
    }
  }
});

describe('startTelemetry() under a Node.js that cannot load it', { concurrency: 2 }, () => {
  const USE =
    "const handle = startTelemetry({ serviceName: 'shop' }); startTelemetry(); handle.flush().then(() => handle.shutdown()).then(() => console.log('works'));";
  const WAYS: Readonly<Record<string, readonly string[]>> = {
    'by require': ['-e', `const { startTelemetry } = require('signalbox'); ${USE}`],
    'by import': ['--input-type=module', '-e', `import { startTelemetry } from 'signalbox'; ${USE}`],
    'by import, after the preload': [
      '--import',
      'signalbox/register',
      '--input-type=module',
      '-e',
      `import { startTelemetry } from 'signalbox'; ${USE}`,
    ],
    'by require, after the preload': ['--require', 'signalbox/register', '-e', `const { startTelemetry } = require('signalbox'); ${USE}`],
  };
  const RELEASES = [
    ...['18.20.8', '20.20.2'].map((version) => ({
      node: nodeBinary(version),
      flags: [] as string[],
      says: `Node.js must be 22.15 or newer, but this is ${version}. The application runs without telemetry. Update Node.js.`,
    })),
    {
      node: process.execPath,
      flags: ['--no-experimental-require-module'],
      says: 'Node.js must allow require() of ES modules, but runs with --no-experimental-require-module. The application runs without telemetry. Remove the flag.',
    },
  ];
  for (const { node, flags, says } of RELEASES) {
    for (const [way, args] of Object.entries(WAYS)) {
      it(
        `says one line and returns a handle that does nothing: ${says.slice(0, 54)}… ${way}`,
        { skip: existsSync(node) ? false : `${node} is not installed` },
        async () => {
          const [program = '', ...rest] = args;
          const ending = await runProgram({ program, args: rest, nodeFlags: flags, node, preload: 'none' });
          assert.deepEqual(
            { code: ending.code, stdout: ending.stdout, stderr: ending.stderr },
            { code: 0, stdout: 'works\n', stderr: `signalbox: ${says}\n` },
          );
        },
      );
    }
  }
});

/** Beside the setting itself, what makes its value count. */
function beside({ name, group }: Setting): Env {
  if (name === 'OTEL_TRACES_SAMPLER_ARG') return { OTEL_TRACES_SAMPLER: 'traceidratio' };
  // Those of Sentry are read where errors go there.
  if (group === 'sentry' && name !== 'SENTRY_DSN') return { SENTRY_DSN: 'http://key@127.0.0.1:9/1' };
  // Those of the logger are read when there is one: a header for responses asks for it.
  return group === 'logging' && name !== 'SIGNALBOX_REQUEST_ID_HEADER' ? { SIGNALBOX_REQUEST_ID_HEADER: 'x-request-id' } : {};
}

describe('a bad value of', { concurrency: 2 }, () => {
  for (const setting of settings) {
    const [bad] = badValues(setting);
    it(`${setting.name} is named in exactly one line`, async () => {
      await using collector = await startCollector();
      const env = { ...collector.env, ...beside(setting), [setting.name]: bad };
      const ending = await runProgram({ program: 'three-signals.cjs', args: ['at-once'], env });
      assert.deepEqual(
        { code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr },
        { code: 0, stdout: 'recorded\n', stderr: '' },
      );
      const hasSentry = setting.group === 'sentry';
      // Without an endpoint it sends to where nobody listens, which is said as well.
      const told = ending.said.filter(
        ({ level, code }) =>
          level === 'warn' &&
          !(setting.name === ENDPOINT && /^(export|exit)\./.test(code)) &&
          !(hasSentry && code === 'sentry.not-installed'),
      );
      assert.deepEqual(
        told.map(({ code }) => code.split(' ')[1]),
        [setting.name],
        ending.stderr,
      );
      assert.match(complaints(ending)[0] as string, new RegExp(`^${setting.name} must `));
    });
  }
});
