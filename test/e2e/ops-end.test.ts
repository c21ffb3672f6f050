/** A scrape that is under way when the process ends: it is answered whole or not at all, and the end does not wait for it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCollector, type Collector } from './kit/collector.ts';
import { PROGRAMS, startProgram, type RunningProgram } from './kit/run-program.ts';

interface Scraped {
  readonly running: RunningProgram;
  /** The answer, or `undefined` when the connection was closed before it was whole. */
  readonly scrape: Promise<string | undefined>;
}

/** Resolves when the callback was asked. */
async function startScrape(collector: Collector, exporters: string, how: 'exit' | 'drain' | 'signal'): Promise<Scraped> {
  const env = { ...collector.env, OTEL_METRICS_EXPORTER: exporters, SIGNALBOX_OPS_PORT: '0', OTEL_METRIC_EXPORT_INTERVAL: '60000' };
  const running = startProgram({ program: `${PROGRAMS}/ops/in-flight.cjs`, args: [how], env });
  const [, ops = ''] = await running.output(/ops port is open: (http:\/\/127\.0\.0\.1:\d+)\/metrics/, 'stderr');
  const scrape = fetch(`${ops}/metrics`)
    .then((response) => response.text())
    .catch(() => undefined);
  await running.output(/asked/);
  return { running, scrape };
}

describe('a scrape that waits for a callback', { concurrency: 2 }, () => {
  for (const exporters of ['prometheus', 'otlp,prometheus'])
    it(`is answered whole while the application drains after SIGTERM, with ${exporters}`, async () => {
      await using collector = await startCollector();
      const { running, scrape } = await startScrape(collector, exporters, 'drain');
      running.kill('SIGTERM');
      await running.output(/draining/);
      running.child.send('answer');
      const text = (await scrape) ?? '';
      assert.match(text, /^orders_total 3$/m);
      assert.match(text, /^depth 7$/m);
      const ending = await running.ended;
      assert.deepEqual([ending.code, ending.signal, ending.ownStderr], [0, null, '']);
    });

  // The callback never answers: a scrape that the end waited for would be answered without it.
  it('does not hold a process that SIGTERM ends', async () => {
    await using collector = await startCollector();
    const { running, scrape } = await startScrape(collector, 'prometheus', 'signal');
    running.kill('SIGTERM');
    const ending = await running.ended;
    assert.deepEqual([ending.code, ending.signal, ending.ownStderr], [null, 'SIGTERM', '']);
    assert.equal(await scrape, undefined);
  });

  for (const exporters of ['prometheus', 'otlp,prometheus'])
    it(`does not hold process.exit(), and what is pushed is pushed, with ${exporters}`, async () => {
      await using collector = await startCollector();
      const { running, scrape } = await startScrape(collector, exporters, 'exit');
      const ending = await running.ended;
      assert.deepEqual([ending.code, ending.signal, ending.ownStderr], [3, null, '']);
      assert.equal(await scrape, undefined);
      const orders = collector.store.metrics().filter(({ name }) => name === 'orders');
      assert.equal(orders.length > 0, exporters !== 'prometheus');
    });
});
