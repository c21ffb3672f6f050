/** Loggers with a transport that exports by OpenTelemetry already: each line arrives once, in its own span. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, runProgram } from './kit/run-program.ts';

const LOGGERS: Readonly<Record<string, string>> = {
  'pino, one target': 'theirs',
  'pino, targets': 'theirs',
  'pino, a pipeline': 'theirs',
  'pino, multistream': 'theirs',
  'pino, none': 'signalbox/pino',
  winston: 'own transport',
  'winston, a class below, and one that is slow': 'own transport',
};

describe('a logger that has a transport of OpenTelemetry', { concurrency: 2 }, () => {
  for (const [logger, scope] of Object.entries(LOGGERS))
    for (const kind of ['cjs', 'mjs'] as const)
      it(`[${kind}] ${logger}: each of 60 lines once, in the span of its own request`, async () => {
        await using collector = await startCollector();
        const { code, stderr } = await runProgram({
          program: join(PROGRAMS, `loggers/own-transports.${kind}`),
          args: [logger],
          preload: kind === 'cjs' ? 'require' : 'import',
          env: collector.env,
        });
        assert.equal(code, 0, stderr);
        const spans = new Map(collector.store.spans().map(({ name, spanId, traceId }) => [name, `${traceId} ${spanId}`]));
        const logs = collector.store.logs();
        const found = logs.map(({ body, spanId, traceId }) => `${body as string}: ${traceId} ${spanId}`).sort();
        const wanted = Array.from({ length: 60 }, (_, i) => `line ${i}: ${spans.get(`request ${i}`)}`).sort();
        assert.deepEqual(found, wanted);
        assert.deepEqual([...new Set(logs.map((log) => log.scope?.name || 'theirs'))], [scope]);
      });
});
