/** `SIGNALBOX_EXPORT_APP_LOGS=false`: lines of the application's own loggers have their ids, and something else stores them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeApplication } from './kit/application.ts';
import { startCollector } from './kit/collector.ts';
import { ROOT, runProgram } from './kit/run-program.ts';

const BODY = `
const ways = {
  winston: () => winston.createLogger({ transports: [new winston.transports.Console()] }).info('winston'),
  pino: () => pino(pino.destination(1)).info('pino'),
  bunyan: () => bunyan.createLogger({ name: 'program' }).info('bunyan'),
  signalbox: () => getLogger().info('signalbox'),
};
trace.getTracer('program').startActiveSpan('work', (span) => {
  for (const log of Object.values(ways)) log();
  span.end();
});`;
const NAMES = { winston: 'winston', pino: 'pino', bunyan: 'bunyan' };
const LOGGING = JSON.stringify(join(ROOT, 'dist/app/logging/index.js'));
const APPLICATION = {
  'app.cjs': `
    const { trace } = require('@opentelemetry/api');
    ${Object.entries(NAMES).map(([name, from]) => `const ${name} = require('${from}');`).join('\n')}
    const { getLogger } = require(${LOGGING});
    ${BODY}`,
  'app.mjs': `
    import { trace } from '@opentelemetry/api';
    ${Object.entries(NAMES).map(([name, from]) => `import ${name} from '${from}';`).join('\n')}
    import { getLogger } from ${LOGGING};
    ${BODY}`,
}; // prettier-ignore

describe("records of the application's own loggers, where they are not wanted", { concurrency: 2 }, () => {
  for (const kind of ['cjs', 'mjs'] as const)
    it(`[${kind}] are not sent, their lines have the ids, and nobody is warned`, async () => {
      using application = makeApplication(APPLICATION, Object.keys(NAMES));
      await using collector = await startCollector();
      const { code, said, stdout, stderr } = await runProgram({
        program: application.path(`app.${kind}`),
        preload: kind === 'cjs' ? 'require' : 'import',
        env: { ...collector.env, OTEL_SERVICE_NAME: 'shop', SIGNALBOX_EXPORT_APP_LOGS: 'false' },
      });
      assert.equal(code, 0, stderr);
      const [span] = collector.store.spans();
      const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
      assert.deepEqual(
        lines.map((line) => [line['message'] ?? line['msg'], line['trace_id'], line['span_id']]).sort(),
        ['bunyan', 'pino', 'signalbox', 'winston'].map((name) => [name, span?.traceId, span?.spanId]),
      );
      assert.deepEqual(
        collector.store.logs().map(({ body }) => body),
        ['signalbox'],
      );
      const [record] = collector.store.logs();
      const time = record?.timeUnixNano ?? 0n;
      assert.ok(span !== undefined && span.startTimeUnixNano < time && time < span.endTimeUnixNano, 'its time is within that of its span');
      assert.deepEqual(
        said.filter(({ code: said }) => said !== 'started'),
        [],
      );
    });

  it('nor are those that an option of one logger leaves out', async () => {
    using application = makeApplication(APPLICATION, Object.keys(NAMES));
    await using collector = await startCollector();
    const off = { winston: { disableLogSending: true, disableLogCorrelation: true } };
    const { said, stdout } = await runProgram({
      program: application.path('app.cjs'),
      env: { ...collector.env, OTEL_SERVICE_NAME: 'shop', SIGNALBOX_INSTRUMENTATION_OPTIONS: JSON.stringify(off) },
    });
    assert.deepEqual(collector.store.logs().map(({ body }) => body).sort(), ['bunyan', 'pino', 'signalbox']); // prettier-ignore
    assert.match(stdout, /\{"level":"info","message":"winston"\}/);
    assert.deepEqual(
      said.map(({ code }) => code).filter((code) => code !== 'started'),
      ['silent.logger winston'],
    );
  });
});
