/** The compatibility engine: the official SDK, from a file or from components, with signalbox's instrumentations and end. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector, startSilentServer } from './kit/collector.ts';
import { runProgram, startProgram, type Ending, type RunningProgram } from './kit/run-program.ts';

const LIMIT = { SIGNALBOX_SHUTDOWN_TIMEOUT: '1000' };
/** What nothing ends but the limit would not end at all: the SDK's own limits are longer than this. */
const BOUNDED = { timeoutMs: 20_000 };

interface Engine {
  readonly name: string;
  /** Starts the program; `way` is `stay` for one that a signal ends. */
  readonly start: (url: string, way?: string) => { program: RunningProgram; done: () => void };
}

function fromFile(url: string): string {
  return `file_format: "1.0"
resource:
  attributes:
    - name: service.name
      value: from-file
propagator:
  composite:
    - tracecontext:
tracer_provider:
  processors:
    - batch:
        exporter:
          otlp_http:
            endpoint: ${url}/v1/traces
logger_provider:
  processors:
    - batch:
        exporter:
          otlp_http:
            endpoint: ${url}/v1/logs
meter_provider:
  readers:
    - periodic:
        exporter:
          otlp_http:
            endpoint: ${url}/v1/metrics
`;
}

const ENGINES: readonly Engine[] = [
  {
    name: 'OTEL_CONFIG_FILE',
    start(url, way) {
      const folder = mkdtempSync(join(tmpdir(), 'signalbox-config-'));
      writeFileSync(join(folder, 'otel.yaml'), fromFile(url));
      const env = { ...LIMIT, OTEL_CONFIG_FILE: join(folder, 'otel.yaml') };
      const program = startProgram(
        way === 'stay' ? { program: 'three-signals.cjs', env, ...BOUNDED } : { program: 'plain-http.cjs', env, ...BOUNDED },
      );
      return { program, done: () => rmSync(folder, { recursive: true, force: true }) };
    },
  },
  {
    name: 'components',
    start: (url, way = '') => ({
      program: startProgram({ program: 'own-processors.cjs', args: [way], preload: 'none', env: { ...LIMIT, COLLECTOR: url }, ...BOUNDED }),
      done: () => {},
    }),
  },
];

async function end({ start }: Engine, url: string, way?: string): Promise<Ending> {
  const { program, done } = start(url, way);
  try {
    if (way === 'stay') {
      await program.output(/recorded|served/);
      program.kill('SIGTERM');
    }
    return await program.ended;
  } finally {
    done();
  }
}

describe('the official SDK', { concurrency: 2 }, () => {
  for (const engine of ENGINES) {
    it(`by ${engine.name}: spans of the instrumentations arrive, and one line says what runs`, async () => {
      await using collector = await startCollector();
      const ending = await end(engine, collector.receiver.httpUrl);
      assert.equal(ending.signal, null);
      assert.equal(ending.ownStderr.replace('a word on stderr\n', ''), '');
      assert.deepEqual(
        ending.said.map(({ code }) => code),
        ['started'],
        ending.stderr,
      );
      assert.match(ending.said[0]?.message ?? '', /the official OpenTelemetry SDK runs/);
      assert.deepEqual(
        collector.store.spans().map(({ name }) => name),
        ['GET', 'GET'],
      );
      const [client, server] = collector.store.spans();
      assert.equal(client?.traceId, server?.traceId);
    });

    it(`by ${engine.name}: a signal ends it after the export, with the signal`, async () => {
      await using collector = await startCollector();
      const ending = await end(engine, collector.receiver.httpUrl, 'stay');
      assert.equal(ending.signal, 'SIGTERM');
      assert.ok(collector.store.spans().length > 0, ending.stderr);
      assert.deepEqual(
        ending.said.map(({ code }) => code),
        ['started'],
        ending.stderr,
      );
    });

    for (const [ways, way] of [
      ['an empty event loop', undefined],
      ['a signal', 'stay'],
    ] as const) {
      it(`by ${engine.name}: a collector that is silent does not hold the end by ${ways}, and the loss is said`, async () => {
        await using server = await startSilentServer();
        const ending = await end(engine, `http://127.0.0.1:${server.port}`, way);
        assert.equal(ending.timedOut, false, ending.stderr);
        assert.equal(ending.signal, way === 'stay' ? 'SIGTERM' : null);
        assert.deepEqual(
          ending.said.filter(({ level }) => level !== 'info').map(({ code }) => code),
          ['exit.lost'],
          ending.stderr,
        );
        assert.match(
          ending.stderr,
          /Lost at exit: what the SDK still held, for it did not finish within 1000 ms \(SIGNALBOX_SHUTDOWN_TIMEOUT\)/,
        );
      });
    }
  }

  it("by components: the exit code is the application's, and what it does before the exit is done", async () => {
    await using collector = await startCollector();
    const ending = await runProgram({
      program: 'own-processors.cjs',
      args: ['works-before-exit'],
      preload: 'none',
      env: { ...LIMIT, COLLECTOR: collector.receiver.httpUrl },
    });
    assert.equal(ending.code, 4);
    assert.equal(ending.stdout, 'served\ncleaned up\n');
    assert.equal(collector.store.spans().length, 2);
  });

  it("by components: the resource is signalbox's, without the command line and the owner", async () => {
    await using collector = await startCollector();
    await runProgram({ program: 'own-processors.cjs', preload: 'none', env: { ...LIMIT, COLLECTOR: collector.receiver.httpUrl } });
    const resource = collector.store.spans()[0]?.resource ?? {};
    assert.equal(resource['service.name'], 'own');
    assert.equal(resource['telemetry.distro.name'], 'signalbox');
    assert.deepEqual(
      Object.keys(resource).filter((key) => /command|owner|executable\.path/.test(key)),
      [],
    );
  });

  it("by components: a reader of the application's own reads the runtime, with OTEL_METRICS_EXPORTER=none too", async () => {
    await using collector = await startCollector();
    await runProgram({
      program: 'own-reader.cjs',
      preload: 'none',
      env: { ...LIMIT, COLLECTOR: collector.receiver.httpUrl, OTEL_METRICS_EXPORTER: 'none' },
    });
    const names = new Set(collector.store.metrics().map(({ name }) => name));
    assert.ok(names.has('orders'), [...names].join());
    assert.ok(names.has('nodejs.eventloop.utilization'), [...names].join());
  });

  for (const [components, says] of [
    ['{ spanProcessors: 5 }', /sdk\.spanProcessors must be an array, got 5/],
    ["{ spanProcessors: ['x'] }", /sdk\.spanProcessors must hold objects with onStart, onEnd, forceFlush, shutdown, got "x"/],
    ['{ metricReaders: [null] }', /sdk\.metricReaders must hold objects/],
    ['{ sampler: {} }', /sdk\.sampler must be an object with shouldSample/],
    ['{ spanProcesors: [] }', /sdk\.spanProcesors is not a component/],
  ] as const) {
    it(`by ${components}: says why it does not start, and the application runs`, async () => {
      const program = `require('signalbox').startTelemetry({ sdk: ${components} }); require('@opentelemetry/api').trace.getTracer('x').startSpan('y').end(); console.log('ran')`;
      const ending = await runProgram({ program: '-e', args: [program], preload: 'none' });
      assert.deepEqual({ code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr }, { code: 0, stdout: 'ran\n', stderr: '' });
      assert.deepEqual(
        ending.said.map(({ code }) => code),
        ['not-started'],
        ending.stderr,
      );
      assert.match(ending.said[0]?.message ?? '', says);
    });
  }
});
