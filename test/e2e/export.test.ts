/** What happens to records on their way: outages, refusals, limits, and the account that is kept of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReceivedMetric } from '../../src/otlp/decode/model.ts';
import { startReceiver } from '../../src/receiver/receiver.ts';
import { createStore } from '../../src/receiver/store.ts';
import { findRefusingPort, startCollector } from './kit/collector.ts';
import { runProgram, startProgram, type Ending } from './kit/run-program.ts';

const FAST = { OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_BLRP_SCHEDULE_DELAY: '50' };

const ids = (spans: readonly { attributes: Readonly<Record<string, unknown>> }[]): unknown[] =>
  spans.map(({ attributes }) => attributes['oracle.id']);
const saidCodes = ({ said }: Ending): string[] => said.map(({ code }) => code.split(' ')[0] as string);
const recorded = ({ stdout }: Ending): number => Number(/recorded (\d+)/.exec(stdout)?.[1]);

describe('a collector that is away', () => {
  it('is told of once, and nothing is lost when it comes back', async () => {
    const port = await findRefusingPort();
    const program = startProgram({ program: 'steady.cjs', env: { ...FAST, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` } });
    await program.output(/export\.connection_refused/, 'stderr');
    const store = createStore({ maxBytes: 256 * 2 ** 20 });
    const receiver = await startReceiver({ ...store.handlers, httpPort: port, grpcPort: false });
    await store.waitFor(() => store.spans().length > 0, { what: 'spans after the outage', timeoutMs: 40_000 });
    await program.output(/export\.recovered/, 'stderr');
    program.child.send('stop');
    const ending = await program.ended;
    assert.deepEqual(new Set(ids(store.spans())).size, recorded(ending));
    assert.deepEqual(saidCodes(ending), ['started', 'export.connection_refused', 'export.recovered']);
    await receiver.close();
  });

  it('that answers 503 is asked again after the pause it names, and nothing is lost', async () => {
    let refusals = 0;
    const askedAt: number[] = [];
    await using collector = await startCollector({
      respond: ({ signal }) => {
        if (signal !== 'traces') return undefined;
        askedAt.push(performance.now());
        return refusals++ < 2 ? { action: 'refuse', httpStatus: 503, retryAfterMs: 1000 } : undefined;
      },
    });
    const program = startProgram({ program: 'steady.cjs', env: { ...FAST, ...collector.env } });
    await collector.store.waitFor(() => collector.store.spans().length > 0, { timeoutMs: 40_000 });
    program.child.send('stop');
    const ending = await program.ended;
    assert.equal(new Set(ids(collector.store.spans())).size, recorded(ending));
    assert.ok(askedAt.length >= 3);
    // One request at a time, each after the pause: in the first three there is none in between.
    for (const index of [1, 2])
      assert.ok(
        (askedAt[index] as number) - (askedAt[index - 1] as number) >= 990,
        `asked again after ${(askedAt[index] as number) - (askedAt[index - 1] as number)} ms`,
      );
  });

  it('that finds a request too large gets it in halves', async () => {
    await using collector = await startCollector({ limits: { maxCompressedBytes: 20_000, maxUncompressedBytes: 20_000 } });
    const ending = await runProgram({ program: 'end.cjs', args: ['process-exit-later'], env: { ...FAST, ...collector.env } });
    assert.equal(new Set(ids(collector.store.spans())).size, 1500, ending.stderr);
  });

  it('that rejects some of a batch is believed, and the rest counts as arrived', async () => {
    let rejected = false;
    await using collector = await startCollector({
      respond: ({ signal }) => {
        if (signal !== 'traces' || rejected) return undefined;
        rejected = true;
        return { action: 'accept', partialSuccess: { rejected: 7, message: 'seven too many' } };
      },
    });
    const program = startProgram({ program: 'steady.cjs', env: { ...FAST, ...collector.env } });
    await program.output(/partial_success/, 'stderr');
    program.child.send('stop');
    const ending = await program.ended;
    assert.match(ending.stderr, /The collector rejected 7 of \d+ spans: \\"seven too many\\"/);
    assert.match(ending.stderr, /Lost at exit: 7 spans \(rejected\)/);
  });

  it('and a queue that is full drops what is new, says so, and keeps the account', async () => {
    const port = await findRefusingPort();
    const ending = await runProgram({
      program: 'end.cjs',
      args: ['natural'],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, SIGNALBOX_QUEUE_MAX_BYTES: '100000' },
    });
    assert.ok(saidCodes(ending).includes('queue-full.traces'), ending.stderr);
    const [, total, queued, dropped] = /(\d+) spans \((\d+) queue full, (\d+) exit deadline\)/.exec(ending.stderr) ?? [];
    assert.equal(Number(total), 1500);
    assert.equal(Number(queued) + Number(dropped), 1500);
  });
});

describe('the account of every record', () => {
  it('is exported as metrics that add up', async () => {
    await using collector = await startCollector();
    const program = startProgram({
      program: 'steady.cjs',
      env: { ...FAST, ...collector.env, OTEL_METRIC_EXPORT_INTERVAL: '300', OTEL_METRIC_EXPORT_TIMEOUT: '300' },
    });
    const exportedSome = await collector.store.waitFor(({ metrics }) => {
      const exported = latest(metrics(), 'otel.sdk.exporter.span.exported');
      return exported !== undefined && sum(exported) > 100 ? metrics() : undefined;
    });
    program.child.send('stop');
    await program.ended;
    const [processed, exported, inflight] = ['processor.span.processed', 'exporter.span.exported', 'exporter.span.inflight'].map((name) =>
      latest(exportedSome, `otel.sdk.${name}`),
    );
    assert.ok(processed && exported && inflight);
    assert.equal(sum(processed), sum(exported) + sum(inflight));
  });
});

describe('hostile values', () => {
  it('throw into no call of the API, and every good record beside them arrives', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({ program: 'hostile.cjs', env: collector.env, timeoutMs: 120_000 });
    const good = Number(/good (\d+), thrown 0/.exec(ending.stdout)?.[1]);
    assert.ok(good > 500, ending.stdout + ending.stderr);
    assert.equal(ending.code, 0);
    assert.equal(new Set(ids(collector.store.spans().filter(({ name }) => name === 'good'))).size, good, ending.stderr);
    assert.equal(new Set(ids(collector.store.logs().filter(({ body }) => body === 'good'))).size, good, ending.stderr);
    const counter = latest(collector.store.metrics(), 'good.counter');
    const points = (counter?.points ?? []) as readonly { attributes: Readonly<Record<string, unknown>>; value?: number }[];
    assert.equal(points.find(({ attributes }) => attributes['good'] === true)?.value, good);
    assert.equal(ending.ownStderr, '');
  });
});

function latest(metrics: readonly ReceivedMetric[], name: string): ReceivedMetric | undefined {
  return metrics.filter((metric) => metric.name === name).at(-1);
}

function sum({ points }: ReceivedMetric): number {
  return (points as readonly { value?: number | bigint }[]).reduce((total, { value }) => total + Number(value ?? 0), 0);
}
