/** What an application logs: the ids in its lines, and each line exported once, with the context of whoever logged it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ReceivedLog } from '../../src/otlp/decode/model.ts';
import { startCollector, type Collector } from './kit/collector.ts';
import { PROGRAMS, runProgram, type Ending } from './kit/run-program.ts';

const folder = join(PROGRAMS, 'loggers');

async function run(file: string, collector: Collector): Promise<Ending> {
  const ending = await runProgram({
    program: join(folder, file),
    preload: file.endsWith('cjs') ? 'require' : 'import',
    env: collector.env,
  });
  assert.deepEqual({ code: ending.code, stderr: ending.ownStderr }, { code: 0, stderr: '' });
  assert.deepEqual(
    ending.said.filter(({ level }) => level !== 'info'),
    [],
  );
  return ending;
}

const stepOf = ({ attributes }: ReceivedLog): string => String(attributes['step']);
const spanIdOf = ({ store }: Collector, name: string): string | undefined => store.spans().find((span) => span.name === name)?.spanId;
/** Everything but what differs from run to run. */
function factsOf({ severityNumber, severityText, body, attributes }: ReceivedLog): unknown {
  const { step: _step, 'exception.stacktrace': stack, ...rest } = attributes;
  return {
    severity: `${severityText} ${severityNumber}`,
    body,
    ...rest,
    ...(stack === undefined ? {} : { stack: /winston\.app/.test(String(stack)) }),
  };
}

describe('winston', { concurrency: 2 }, () => {
  for (const kind of ['cjs', 'mjs'] as const) {
    it(`[${kind}] every line is exported once, as the formats left it, and has the ids of its span`, async () => {
      await using collector = await startCollector();
      const { stdout } = await run(`winston.${kind}`, collector);
      const logs = collector.store.logs().filter((log) => stepOf(log) !== 'slow');
      const facts = Object.fromEntries(logs.filter((log) => stepOf(log) !== 'twice').map((log) => [stepOf(log), factsOf(log)]));
      const app = 'program';
      assert.deepEqual(facts, {
        outside: { severity: 'info 9', body: 'outside', app },
        plain: { severity: 'info 9', body: 'plain', app, count: 3, nested: { deep: [1, 'two'] } },
        'by-name': { severity: 'warn 13', body: 'by name', app },
        'one-object': { severity: 'error 17', body: 'one object', app },
        masked: { severity: 'info 9', body: 'masked by a format', app, nickname: '****' },
        splat: { severity: 'info 9', body: 'words and 7', app },
        'error-beside': {
          severity: 'error 17',
          body: 'beside it broke',
          app,
          'exception.type': 'TypeError',
          'exception.message': 'it broke',
          stack: true,
        },
        'error-alone': {
          severity: 'error 17',
          body: 'out of range',
          app,
          'exception.type': 'RangeError',
          'exception.message': 'out of range',
          stack: true,
        },
        child: { severity: 'info 9', body: 'of a child', app, request: 'r1' },
        grandchild: { severity: 'warn 13', body: 'of a grandchild', app, request: 'r1', part: 'p1' },
        'child-error': {
          severity: 'error 17',
          body: 'in a child',
          app,
          request: 'r1',
          'exception.type': 'SyntaxError',
          'exception.message': 'in a child',
          stack: true,
        },
      });
      assert.equal(logs.length, Object.keys(facts).length + 2);

      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.equal(lines.length, logs.length);
      logs.forEach((log, index) => {
        const line = lines[index];
        assert.equal(line?.['step'], stepOf(log));
        assert.deepEqual([line?.['trace_id'], line?.['span_id']], [log.traceId, log.spanId], stepOf(log));
        const span = stepOf(log) === 'outside' ? undefined : stepOf(log) === 'twice' ? (log === logs.at(-1) ? 'second' : 'first') : 'work';
        assert.equal(log.spanId, span === undefined ? undefined : spanIdOf(collector, span), stepOf(log));
      });

      const slow = collector.store.logs().filter((log) => stepOf(log) === 'slow');
      assert.equal(slow.length, 200);
      const wrong = slow.filter(({ spanId, attributes }) => spanId !== spanIdOf(collector, String(attributes['request'])));
      assert.equal(wrong.length, 0, 'lines held back have the context of others');
    });
  }

  it('a line that an own bridge emits by the older API as well arrives once', async () => {
    await using collector = await startCollector();
    await run('own-bridge.cjs', collector);
    assert.deepEqual(
      collector.store.logs().map(({ body }) => body),
      ['line 0', 'line 1', 'line 2', 'failed', 'by the bridge alone'],
    );
  });
});

describe('pino and bunyan', { concurrency: 2 }, () => {
  for (const kind of ['cjs', 'mjs'] as const) {
    it(`[${kind}] every line is exported once, in its span`, async () => {
      await using collector = await startCollector();
      const { stdout } = await run(`others.${kind}`, collector);
      const logs = collector.store.logs();
      assert.deepEqual(
        logs.map((log) => [stepOf(log), log.severityText.toLowerCase(), log.severityNumber, log.body]),
        [
          ['pino', 'info', 9, 'by pino'],
          ['pino-error', 'error', 17, 'error by pino'],
          ['bunyan', 'info', 9, 'by bunyan'],
          ['bunyan-error', 'error', 17, 'error by bunyan'],
        ],
      );
      const work = spanIdOf(collector, 'work');
      for (const log of logs) assert.equal(log.spanId, work, stepOf(log));
      for (const line of stdout.trim().split('\n')) assert.equal((JSON.parse(line) as { span_id?: string }).span_id, work);
    });
  }
});
