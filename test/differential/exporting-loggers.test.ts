/** Loggers with a transport that exports by OpenTelemetry itself, of the published packages: each line arrives once, in its own span. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeIn, runQuietly } from './kit.ts';
import { installLibraries } from './libraries.ts';

const LOGGERS: Readonly<Record<string, string>> = {
  pino: 'theirs',
  'pino, targets': 'theirs',
  'pino, multistream': 'theirs',
  'pino, a stream of its own': 'theirs',
  winston: '@opentelemetry/winston-transport',
  'winston, and the console': '@opentelemetry/winston-transport',
  'winston, added later': '@opentelemetry/winston-transport',
};

describe('a logger with a published transport of OpenTelemetry', { concurrency: 2 }, () => {
  for (const [logger, scope] of Object.entries(LOGGERS))
    for (const kind of ['cjs', 'mjs'] as const)
      it(`${logger} [${kind}]: each of 20 lines once, in the span of its own request`, async () => {
        using place = placeIn(await installLibraries(), ['winston']);
        const { code, logs, spans, stderr } = await runQuietly({ place, program: `exporting-loggers.${kind}`, args: [logger] });
        assert.equal(code, 0, stderr);
        const requests = new Map(spans.map(({ name, spanId, traceId }) => [name, `${traceId} ${spanId}`]));
        const found = logs.map(
          ({ attributes, body, spanId, traceId }) => `${body as string} ${attributes['request']}: ${traceId} ${spanId}`,
        );
        const wanted = Array.from({ length: 20 }, (_, i) => `line ${i} ${i}: ${requests.get(`request ${i}`)}`);
        assert.deepEqual(found.sort(), wanted.sort());
        assert.deepEqual([...new Set(logs.map((log) => log.scope?.name))], [scope]);
      });
});
