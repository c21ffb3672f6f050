/** What an application loads of `signalbox/logging`, as it is and in a bundle. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { rolldown } from 'rolldown';
import { makeApplication } from './kit/application.ts';
import { startCollector } from './kit/collector.ts';
import { ROOT, runProgram } from './kit/run-program.ts';

const LOGGING = join(ROOT, 'dist/app/logging/index.js');
const APP = `
import { trace } from '@opentelemetry/api';
import { getLogger, withLogContext } from 'signalbox/logging';
trace.getTracer('program').startActiveSpan('work', (span) => {
  withLogContext({ user_id: 'ann' }, () => getLogger('bundled').info('hello', { a: 1 }));
  span.end();
});
`;

describe('signalbox/logging', () => {
  it('without the preload, loads nothing of what starts telemetry or watches servers', async () => {
    using application = makeApplication({
      'app.mjs': `
        import { registerHooks } from 'node:module';
        const loaded = [];
        registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
        const { getLogger } = await import(${JSON.stringify(LOGGING)});
        getLogger('a').info('hello');
        console.error(JSON.stringify(loaded.filter((url) => url.includes('/dist/'))));`,
    });
    const { stderr } = await runProgram({ program: application.path('app.mjs'), preload: 'none' });
    const loaded = JSON.parse(stderr) as string[];
    assert.ok(loaded.length > 1);
    assert.deepEqual(
      loaded.filter((url) => /start|server-core|engine|instrumentation|process\//.test(url)),
      [],
    );
  });

  for (const kind of ['mjs', 'cjs'] as const)
    for (const preload of ['none', 'require'] as const)
      it(`[${kind}, ${preload}] in a bundle, with winston: logs, and its record arrives once`, async () => {
        using application = makeApplication({ 'app.mjs': APP });
        const bundle = await rolldown({
          input: application.path('app.mjs'),
          platform: 'node',
          logLevel: 'silent',
          external: ['@opentelemetry/api'],
          resolve: { alias: { 'signalbox/logging': LOGGING } },
        });
        await bundle.write({
          file: application.path(`bundled.${kind}`),
          format: kind === 'mjs' ? 'esm' : 'cjs',
          codeSplitting: false,
        });
        await using collector = await startCollector();
        const { code, stdout, stderr } = await runProgram({ program: application.path(`bundled.${kind}`), preload, env: collector.env });
        assert.equal(code, 0, stderr);
        const line = JSON.parse(stdout) as Record<string, unknown>;
        assert.deepEqual([line['message'], line['user_id'], line['a']], ['hello', 'ann', 1]);
        const logs = collector.store.logs().map(({ body, traceId }) => [body, traceId]);
        assert.deepEqual(logs, preload === 'none' ? [] : [['hello', line['trace_id']]]);
        assert.equal(typeof line['trace_id'], preload === 'none' ? 'undefined' : 'string');
      });
});
