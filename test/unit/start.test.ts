/** `startTelemetry` in processes of its own: a process starts once. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startCollector } from '../e2e/kit/collector.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Ran {
  readonly stdout: string;
  readonly said: readonly { level: string; code: string; message: string }[];
}

async function run(program: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const prelude = "const { startTelemetry } = require('signalbox'); const api = require('@opentelemetry/api');";
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', `${prelude}\n${program}`], { cwd: ROOT, env: { ...env } });
  return {
    stdout,
    said: stderr
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Ran['said'][number]),
  };
}

describe('startTelemetry', { concurrency: 2 }, () => {
  it('returns what runs already, and says so once', async () => {
    const { stdout, said } = await run(
      "const first = startTelemetry({ traces: 'none', metrics: false, logs: false }); console.log(startTelemetry() === first, startTelemetry() === first);",
    );
    assert.equal(stdout, 'true true\n');
    assert.deepEqual(
      said.map(({ code }) => code),
      ['started-twice'],
    );
  });

  it('takes options over the environment', async () => {
    await using collector = await startCollector();
    const { said } = await run(
      "startTelemetry({ serviceName: 'from-code', endpoint: process.env.COLLECTOR, metrics: false }); api.trace.getTracer('t').startSpan('s').end();",
      {
        OTEL_SERVICE_NAME: 'from-environment',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:9',
        COLLECTOR: collector.receiver.httpUrl,
      },
    );
    assert.deepEqual(
      said.map(({ code }) => code),
      ['started'],
    );
    assert.equal(collector.store.spans()[0]?.resource['service.name'], 'from-code');
  });

  it('does nothing when it is disabled, however often it is called', async () => {
    const { stdout, said } = await run(
      "const { flush, shutdown } = startTelemetry(); startTelemetry(); console.log(process.listenerCount('SIGTERM'), api.trace.getTracer('t').startSpan('s').isRecording()); flush().then(shutdown).then(() => console.log('done'));",
      { OTEL_SDK_DISABLED: 'true' },
    );
    assert.equal(stdout, '0 false\ndone\n');
    assert.deepEqual(said, []);
  });

  for (const [options, code] of [
    ['null', 'bad-value options'],
    ["'text'", 'bad-value options'],
    ['{ bogus: 1 }', 'unknown-option bogus'],
    ['{ get endpoint() { throw new Error() } }', 'bad-value options'],
    ["{ headers: { 'bad name': 'secret' } }", 'bad-value headers'],
  ] as const) {
    it(`runs with ${options}, and names what is wrong`, async () => {
      await using collector = await startCollector();
      const { stdout, said } = await run(
        `startTelemetry(${options}); const span = api.trace.getTracer('t').startSpan('s'); console.log(span.isRecording()); span.end();`,
        collector.env,
      );
      assert.equal(stdout, 'true\n');
      assert.deepEqual(
        said.map(({ code }) => code),
        [code, 'started'],
      );
      assert.doesNotMatch(JSON.stringify(said), /secret/);
    });
  }

  it('does not throw when it cannot start: one line says why, and a second call is silent', async () => {
    const { stdout, said } = await run(
      "const { flush, shutdown } = startTelemetry({ sdk: { sampler: 5 } }); startTelemetry(); flush().then(shutdown).then(() => console.log('done'));",
    );
    assert.equal(stdout, 'done\n');
    assert.deepEqual(
      said.map(({ level, code }) => `${level} ${code}`),
      ['error not-started'],
    );
    assert.match(
      said[0]?.message ?? '',
      /^Telemetry did not start: sdk\.sampler must be an object .*\. The application runs without it\. See signalbox\/docs\/troubleshooting\.md\.$/,
    );
  });

  it('leaves nothing behind when it fails half way', async () => {
    const { stdout, said } = await run(
      `Object.defineProperty(process, 'getBuiltinModule', { value: process.getBuiltinModule, writable: false });
      const { emit } = process;
      startTelemetry();
      const spans = api.trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => 'theirs' }) });
      console.log(spans, api.trace.getTracer('t').startSpan('s'), api.metrics.setGlobalMeterProvider({}), api.logs.setGlobalLoggerProvider({}) !== undefined);
      console.log(api.propagation.fields().length, Symbol.for('io.opentelemetry.js.api.logs') in globalThis, process.emit === emit, process.listenerCount('SIGTERM'));`,
    );
    assert.equal(stdout, 'true theirs true true\n0 false true 0\n');
    assert.deepEqual(
      said.map(({ code }) => code),
      ['not-started'],
    );
  });

  for (const options of ['undefined', '{ sdk: {} }']) {
    it(`leaves the providers of another SDK where they are when it fails half way (${options})`, async () => {
      const { stdout } = await run(
        `Object.defineProperty(process, 'getBuiltinModule', { value: process.getBuiltinModule, writable: false });
        api.trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => 'theirs' }) });
        startTelemetry(${options});
        console.log(api.trace.getTracer('t').startSpan('s'), api.metrics.setGlobalMeterProvider({}));`,
      );
      assert.equal(stdout, 'theirs true\n');
    });
  }

  it('runs in a folder that was removed', async () => {
    const { stdout } = await run(
      "const { mkdtempSync, rmdirSync } = require('node:fs'); const { tmpdir } = require('node:os'); const { join } = require('node:path'); const folder = mkdtempSync(join(tmpdir(), 'gone-')); process.chdir(folder); rmdirSync(folder); startTelemetry({ traces: 'console', metrics: false, logs: false }); console.log(api.trace.getTracer('t').startSpan('s').isRecording());",
      { OTEL_TRACES_EXPORTER: 'none' },
    );
    assert.equal(stdout, 'true\n');
  });

  it('flushes and shuts down without ever rejecting, also twice and against a port that nobody listens on', async () => {
    const { stdout, said } = await run(
      "const t = startTelemetry({ endpoint: 'http://127.0.0.1:9', metrics: false }); api.trace.getTracer('t').startSpan('s').end(); t.flush().then(t.flush).then(t.shutdown).then(t.shutdown).then(t.flush).then(() => console.log('done'));",
      { SIGNALBOX_SHUTDOWN_TIMEOUT: '1000' },
    );
    assert.equal(stdout, 'done\n');
    assert.deepEqual(
      said.map(({ code }) => code.split(' ')[0]),
      ['started', 'export.connection_refused', 'exit.lost'],
    );
  });
});
