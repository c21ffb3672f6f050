/** `signalbox/logging` in real programs. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, ROOT, runProgram, startProgram } from './kit/run-program.ts';

type Line = Record<string, unknown>;
const QUIET = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
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

  for (const preload of ['none', 'require'] as const)
    it(`[${preload}] nobody reads stdout: the application goes on, files are whole, and what is lost is counted and said`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'signalbox-slow-'));
      try {
        const flags = preload === 'none' ? [] : ['--require', 'signalbox/register'];
        const child = spawn(process.execPath, [...flags, join(PROGRAMS, 'logging/slow-reader.cjs')], {
          cwd: ROOT,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { ...QUIET, LOG_DIR: folder, SIGNALBOX_QUEUE_MAX_BYTES: '100000', SIGNALBOX_SHUTDOWN_TIMEOUT: '300' },
        });
        let stderr = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        const [code] = (await once(child, 'exit')) as [number];
        child.stdout.destroy();
        assert.equal(code, 0, stderr);
        assert.match(stderr, /^turns 200$/m);
        const [, lost] = /Lost (\d+) log lines? for stdout/.exec(stderr) ?? [];
        assert.ok(Number(lost) >= 1, stderr);
        const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
        assert.equal(lines.length, 10_000);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  it('finds the telemetry that is started from code later, and what code says to redact', async () => {
    await using collector = await startCollector();
    const { code, stdout, stderr } = await runProgram({
      program: join(PROGRAMS, 'logging/late-start.mjs'),
      preload: 'none',
      env: collector.env,
    });
    assert.equal(code, 0, stderr);
    const lines = linesIn(stdout);
    assert.deepEqual(
      lines.map(({ message, badge, 'service.name': service }) => [message, badge, service]),
      [
        ['before', undefined, 'signalbox'],
        ['after', 'REDACTED', 'from-code'],
        ['after the shutdown', undefined, 'from-code'],
      ],
    );
    const [span] = collector.store.spans();
    assert.equal(lines[1]?.['trace_id'], span?.traceId);
    assert.deepEqual(
      collector.store.logs().map(({ body, traceId, attributes }) => [body, traceId, attributes['badge']]),
      [['after', span?.traceId, 'REDACTED']],
    );
  });

  for (const preload of ['none', 'require'] as const)
    it(`[${preload}] works in worker threads, whose records arrive once`, async () => {
      await using collector = await startCollector();
      const { code, stdout, stderr } = await runProgram({ program: join(PROGRAMS, 'logging/worker.cjs'), preload, env: collector.env });
      assert.equal(code, 0, stderr);
      const bodies = ['main', 'worker'];
      assert.deepEqual(
        linesIn(stdout)
          .map(({ message }) => message)
          .sort(),
        bodies,
      );
      assert.deepEqual(
        collector.store
          .logs()
          .map(({ body }) => body)
          .sort(),
        preload === 'none' ? [] : bodies,
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
