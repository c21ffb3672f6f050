/** `signalbox/logging` in real programs. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, runProgram, startProgram } from './kit/run-program.ts';

type Line = Record<string, unknown>;
const linesIn = (stdout: string): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

describe('logging', { concurrency: 2 }, () => {
  for (const kind of ['cjs', 'mjs'] as const) {
    it(`[${kind}] each line of 200 concurrent requests has its own request's ids, whatever a slow transport does`, async () => {
      await using collector = await startCollector();
      const { code, stdout, stderr } = await runProgram({
        program: join(PROGRAMS, `logging/server.${kind}`),
        preload: kind === 'cjs' ? 'require' : 'import',
        env: { ...collector.env, LOG_ACCESS: 'false' },
      });
      assert.equal(code, 0, stderr);
      const traceOf = new Map(
        collector.store
          .spans()
          .flatMap(({ attributes, traceId, kind: spanKind }) =>
            spanKind === 'server' ? [[Number(attributes['n']), traceId] as const] : [],
          ),
      );
      assert.equal(traceOf.size, 200, 'bound fields are on the server span');
      const check = (line: Line, what: string): void => {
        assert.equal(line['n'], line['given'], what);
        assert.equal(line['trace_id'], traceOf.get(Number(line['given'])), what);
      };
      const lines = linesIn(stdout);
      assert.equal(lines.length, 400);
      for (const line of lines) check(line, 'stdout');
      const passedOn = [...stderr.matchAll(/^transport (.*)$/gm)].map(([, json]) => JSON.parse(json as string) as Line);
      assert.equal(passedOn.length, 400);
      for (const line of passedOn) check(line, 'transport');
      const received = collector.store.logs();
      assert.equal(received.length, 400, 'each record is exported once');
      for (const { attributes, traceId } of received)
        check({ ...attributes, trace_id: traceId, n: Number(attributes['n']), given: Number(attributes['given']) }, 'receiver');
    });
  }

  it('a reader of stdout that goes away hurts nobody', async () => {
    const running = startProgram({ program: join(PROGRAMS, 'logging/goes-on.cjs'), preload: 'none' });
    await running.output(/first/);
    running.child.stdout?.destroy();
    running.child.send('go on');
    const { code, said } = await running.ended;
    assert.equal(code, 0);
    assert.deepEqual(
      said.map((line) => line.code),
      ['logging.not-written stdout'],
    );
  });

  it('works without register, and OTEL_SDK_DISABLED changes nothing about stdout', async () => {
    for (const env of [{}, { OTEL_SDK_DISABLED: 'true' }]) {
      const { stdout } = await runProgram({ program: join(PROGRAMS, 'logging/context.cjs'), preload: 'none', env });
      assert.deepEqual(
        linesIn(stdout).map(({ message, user_id, request_id, job, app }) => ({ message, user_id, request_id, job, app })),
        [
          { message: 'outside', user_id: undefined, request_id: undefined, job: undefined, app: 'shop' },
          { message: 'after an await', user_id: 'ann', request_id: 'r1', job: undefined, app: 'shop' },
          { message: 'in a timer', user_id: 'ann', request_id: 'r1', job: undefined, app: 'shop' },
          { message: 'in a stream', user_id: 'ann', request_id: 'r1', job: undefined, app: 'shop' },
          { message: 'nested', user_id: 'bob', request_id: 'r1', job: 7, app: 'shop' },
          { message: 'after nested', user_id: 'ann', request_id: 'r1', job: undefined, app: 'shop' },
          { message: 'left', user_id: undefined, request_id: undefined, job: undefined, app: 'shop' },
        ],
      );
    }
  });

  it('with register, the context is the same', async () => {
    const bare = await runProgram({ program: join(PROGRAMS, 'logging/context.cjs'), preload: 'none' });
    const watched = await runProgram({
      program: join(PROGRAMS, 'logging/context.cjs'),
      env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    });
    const plain = (stdout: string): Line[] => linesIn(stdout).map(({ timestamp: _time, ...line }) => line);
    assert.deepEqual(plain(watched.stdout), plain(bare.stdout));
  });
});
