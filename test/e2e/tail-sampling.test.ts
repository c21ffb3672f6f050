/** Traces that are decided when they have ended, in real processes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { runProgram } from './kit/run-program.ts';

const program = './test/e2e/programs/tail-sampling/server.cjs';
const TAIL = { SIGNALBOX_TAIL_RATIO: '0', SIGNALBOX_TAIL_SLOW: '200', OTEL_SERVICE_NAME: 'shop' };

for (const preload of ['require', 'import'] as const)
  for (const END of ['natural', 'exit', 'SIGTERM', 'crash'])
    describe(`traces decided at their end, by --${preload}, before the end "${END}"`, () => {
      it('what failed, was slow or was sampled by its caller arrives whole, with the reason; the rest is counted, and does not', async () => {
        await using collector = await startCollector();
        const ending = await runProgram({
          program,
          preload,
          env: { ...collector.env, ...TAIL, END, WANTED: '/,/failing,/,/slow,/sampled,/' },
        });
        const spans = collector.store.spans();
        const requests = spans.filter(({ kind }) => kind === 'server');
        const paths = requests.map(({ attributes }) => attributes['url.path']).sort();
        assert.deepEqual(paths, ['/failing', '/sampled', '/slow'], ending.stderr);
        for (const request of requests)
          assert.equal(spans.filter(({ traceId, name }) => traceId === request.traceId && name === 'work').length, 1);
        const reasons = new Map(requests.map(({ attributes }) => [attributes['url.path'], attributes['signalbox.sampling.reason']]));
        assert.deepEqual(Object.fromEntries(reasons), { '/failing': 'error', '/sampled': 'caller', '/slow': 'slow' });
        assert.ok(
          spans.some(({ name }) => name === 'failed in it'),
          'a trace that is still open is decided by what is known of it',
        );
        const [duration] = collector.store.metrics().filter(({ name }) => name === 'http.server.request.duration');
        assert.equal(
          duration?.points.reduce((sum, point) => sum + Number((point as { count?: unknown }).count), 0),
          6,
          'metrics count all',
        );
        if (END !== 'crash') assert.equal(ending.ownStderr, '');
      });
    });
