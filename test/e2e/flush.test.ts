/** What `flush()` and `shutdown()` deliver and how long they take; programs that start telemetry from code. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCollector, startSilentServer, type Collector } from './kit/collector.ts';
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
