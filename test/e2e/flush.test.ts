/** What `flush()` and `shutdown()` deliver and how long they take; programs that start telemetry from code. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findRefusingPort, startCollector, startSilentServer, type Collector } from './kit/collector.ts';
import { runProgram, startProgram, type ProgramOptions } from './kit/run-program.ts';

const flushing = (way: string, env: Readonly<Record<string, string>>): ProgramOptions => ({
  program: 'flush.cjs',
  args: [way],
  preload: 'none',
  env,
});

/** The values of a metric, in the order in which they arrived. */
function valuesOf({ store }: Collector, name: string): unknown[] {
  return store
    .metrics()
    .filter((metric) => metric.name === name)
    .flatMap(({ points }) => (points as readonly { value?: unknown }[]).map(({ value }) => Number(value)));
}

const lossSaid = (said: readonly { code: string }[]): string[] => said.map(({ code }) => code).filter((code) => code === 'exit.lost');

describe('what is observed', { concurrency: 2 }, () => {
  it('is exported by each flush and once more at SIGTERM, although nothing was recorded meanwhile', async () => {
    await using collector = await startCollector();
    const program = startProgram(flushing('three-flushes', collector.env));
    await program.output(/ready/);
    program.kill('SIGTERM');
    const { signal } = await program.ended;
    assert.equal(signal, 'SIGTERM');
    assert.deepEqual(valuesOf(collector, 'jobs'), [1, 2, 3, 99]);
  });

  for (const way of ['observed-and-gone', 'observed-in-a-batch-and-gone']) {
    it(`is exported by a process that ends in the same turn of the loop (${way})`, async () => {
      await using collector = await startCollector();
      const { code, stderr } = await runProgram(flushing(way, collector.env));
      assert.equal(code, 3);
      assert.deepEqual(valuesOf(collector, 'jobs'), [7], stderr);
    });
  }

  it('without an answer costs the other metrics nothing', async () => {
    await using collector = await startCollector();
    const { stderr } = await runProgram(flushing('callback-never-answers', { ...collector.env, SIGNALBOX_SHUTDOWN_TIMEOUT: '2000' }));
    assert.deepEqual(valuesOf(collector, 'jobs'), [7], stderr);
  });
});

describe('a metric that is larger than a request may be', () => {
  it('arrives whole, in parts', async () => {
    await using collector = await startCollector({ limits: { maxCompressedBytes: 2 ** 20, maxUncompressedBytes: 2 ** 20 } });
    const { said, stderr } = await runProgram(flushing('large-histogram', collector.env));
    const users = collector.store
      .metrics()
      .filter(({ name }) => name === 'latency')
      .flatMap(({ points }) => points.map(({ attributes }) => attributes['user']));
    assert.equal(new Set(users).size, 1999, stderr);
    assert.equal(users.length, 1999);
    assert.deepEqual(lossSaid(said), []);
  });
});

describe('with a collector that says nothing', { concurrency: 2 }, () => {
  for (const way of ['flush-in-time', 'shutdown-in-time']) {
    it(`${way.split('-', 1)[0]}() takes the time limit once, also with a callback that never answers`, async () => {
      await using server = await startSilentServer();
      const { stdout } = await runProgram(
        flushing(way, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}`, SIGNALBOX_SHUTDOWN_TIMEOUT: '2000' }),
      );
      assert.equal(stdout, 'in time\n');
    });
  }
});

describe('the providers of the OpenTelemetry API', { concurrency: 2 }, () => {
  for (const provider of ['trace', 'delegate of trace', 'metrics', 'logs']) {
    for (const method of ['forceFlush', 'shutdown']) {
      it(`flush every signal by ${method}() of ${provider}`, async () => {
        await using collector = await startCollector();
        const { args = [], ...options } = flushing('provider-flushes', collector.env);
        const { signal, stdout, stderr } = await runProgram({ ...options, args: [...args, provider, method] });
        assert.deepEqual({ signal, stdout }, { signal: 'SIGKILL', stdout: 'undefined\n' }, stderr);
        assert.equal(collector.store.spans().length, 10);
        assert.equal(collector.store.logs().length, 1);
        assert.deepEqual(valuesOf(collector, 'jobs'), [7]);
      });
    }
  }

  it('take the time limit once and do not reject, with a collector that says nothing', async () => {
    await using server = await startSilentServer();
    const { stdout, stderr } = await runProgram(
      flushing('provider-flushes-in-time', {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}`,
        SIGNALBOX_SHUTDOWN_TIMEOUT: '2000',
      }),
    );
    assert.equal(stdout, 'in time\n', stderr);
  });

  it('one after the other are held once by a collector that is silent', async () => {
    await using server = await startSilentServer();
    const { stdout, stderr } = await runProgram(
      flushing('providers-one-after-the-other-in-time', {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}`,
        SIGNALBOX_SHUTDOWN_TIMEOUT: '2000',
      }),
    );
    assert.equal(stdout, 'in time\n', stderr);
  });

  it('go on after their shutdown(), for their end is that of the process', async () => {
    await using collector = await startCollector();
    const { said, stderr } = await runProgram(flushing('records-after-provider-shutdown', collector.env));
    assert.equal(collector.store.spans().length, 10, stderr);
    assert.deepEqual(lossSaid(said), []);
  });
});

const COMBINATIONS: readonly (readonly [way: string, end: { code: number | null; signal: string | null }])[] = [
  ['sigterm-in-shutdown', { code: null, signal: 'SIGTERM' }],
  ['sigterm-in-flush', { code: null, signal: 'SIGTERM' }],
  ['shutdown-at-sigterm', { code: 3, signal: null }],
  ['flush-and-shutdown-at-once', { code: 3, signal: null }],
  ['exit-in-shutdown', { code: 3, signal: null }],
];

describe('flushes, ends and signals that meet', { concurrency: 4 }, () => {
  for (const [way, end] of COMBINATIONS) {
    it(`${way}: all arrives, and nothing else is said`, async () => {
      await using collector = await startCollector();
      const { code, signal, said, stderr } = await runProgram(flushing(way, collector.env));
      assert.deepEqual({ code, signal }, end, stderr);
      assert.equal(new Set(collector.store.spans().map(({ attributes }) => attributes['oracle.id'])).size, 10);
      assert.equal(valuesOf(collector, 'jobs').at(-1), 7);
      assert.deepEqual(lossSaid(said), [], stderr);
    });

    for (const [state, start] of Object.entries({ refused: findRefusingPort, silent: startSilentServer })) {
      it(`${way}: with a collector that is ${state} it ends all the same, and says what was lost once`, async () => {
        const server = await start();
        const port = typeof server === 'number' ? server : server.port;
        const { code, signal, said, stderr } = await runProgram(
          flushing(way, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, SIGNALBOX_SHUTDOWN_TIMEOUT: '1000' }),
        );
        if (typeof server !== 'number') await server[Symbol.asyncDispose]();
        assert.deepEqual({ code, signal }, end, stderr);
        assert.match(said.find(({ code }) => code === 'exit.lost')?.message ?? '', /^Lost at exit: 10 spans \(exit deadline\), /);
        assert.deepEqual(lossSaid(said), ['exit.lost']);
      });
    }
  }

  it('what is recorded after shutdown() goes nowhere, and nothing can be started again', async () => {
    await using collector = await startCollector();
    const { code, stdout, stderr } = await runProgram(flushing('record-after-shutdown', collector.env));
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'true\n' }, stderr);
    assert.equal(collector.store.spans().length, 10);
  });
});
