/** From a metric to the trace in which it was measured. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, runProgram } from './kit/run-program.ts';

interface WithExemplars {
  readonly exemplars?: readonly { readonly traceId?: string; readonly spanId?: string }[];
}

describe('exemplars', { concurrency: 2 }, () => {
  for (const protocol of ['http/protobuf', 'http/json']) {
    it(`name the span of the request, in the application's counter and in both durations of HTTP (${protocol})`, async () => {
      await using collector = await startCollector();
      const { stderr } = await runProgram({
        program: 'exemplars.cjs',
        env: { ...collector.env, OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
      });
      const spans = collector.store.spans();
      const spanOf = (kind: string) => spans.find((span) => span.kind === kind)?.spanId;
      const exemplarsOf = (name: string) =>
        collector.store
          .metrics()
          .filter((metric) => metric.name === name)
          .flatMap(({ points }) => (points as readonly WithExemplars[]).flatMap(({ exemplars }) => exemplars ?? []));
      for (const [name, kind] of [
        ['orders', 'server'],
        ['http.server.request.duration', 'server'],
        ['http.client.request.duration', 'client'],
      ] as const) {
        const found = exemplarsOf(name);
        assert.equal(found.length, 1, `${name}: ${stderr}`);
        assert.equal(found[0]?.spanId, spanOf(kind), name);
        assert.equal(found[0]?.traceId, spans[0]?.traceId, name);
      }
    });
  }

  it('of a worker thread name the span in the worker, and never the one in which the main thread collects', async () => {
    await using collector = await startCollector();
    const { stderr } = await runProgram({ program: `${PROGRAMS}/workers/exemplars.cjs`, env: collector.env });
    const works = collector.store.spans().find(({ name }) => name === 'works');
    const idsOf = (name: string) =>
      new Set(
        collector.store
          .metrics()
          .filter((metric) => metric.name === name)
          .flatMap(({ points }) => (points as readonly WithExemplars[]).flatMap(({ exemplars }) => exemplars ?? []))
          .map(({ spanId, traceId }) => `${traceId} ${spanId}`),
      );
    for (const name of ['within', 'took']) assert.deepEqual([...idsOf(name)], [`${works?.traceId} ${works?.spanId}`], `${name}: ${stderr}`);
    assert.deepEqual([...idsOf('outside')], []);
    assert.ok(collector.store.metrics().some(({ name }) => name === 'outside'));
  });
});
