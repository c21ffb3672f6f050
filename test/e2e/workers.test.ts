/** What worker threads record arrives, however they end; those that record nothing cost nothing, and no thread looks different. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { HistogramPoint, NumberPoint } from '../../src/otlp/decode/model.ts';
import { missing, startPostgres } from '../services/services.ts';
import { startCollector, type Collector } from './kit/collector.ts';
import { PRELOADS, PROGRAMS, runProgram, type Ending } from './kit/run-program.ts';

const FOLDER = join(PROGRAMS, 'workers');
const SERVICE = { OTEL_SERVICE_NAME: 'workers' };

const saidCodes = ({ said }: Ending): string[] => said.map(({ code }) => code).filter((code) => code !== 'started');

const linesOf = ({ stdout }: Ending, thread: string): string[] => stdout.split('\n').filter((line) => line.startsWith(thread));

function pointsOf<T>({ store }: Collector, name: string): readonly T[] {
  return (store.metrics().findLast((metric) => metric.name === name)?.points ?? []) as unknown as readonly T[];
}

describe('everything arrives that was recorded in a worker which', { concurrency: 2 }, () => {
  for (const [end, code, signal, stdout] of [
    ['ends by itself', 0, null, 'exit 0\n'],
    ['calls process.exit()', 0, null, 'exit 3\n'],
    ['has an uncaught error', 0, null, 'error in a thread\nexit 1\n'],
    ['is terminated in the middle of its work', 0, null, 'exit 1\n'],
    ['records while the process exits', 4, null, ''],
    ['records while a signal ends the process', null, 'SIGTERM', ''],
    ['is nested in another', 0, null, 'exit 0\nexit 0\n'],
    ['is one of a pool', 0, null, 'exit 0\n'.repeat(8)],
  ] as const) {
    for (const program of ['ends-cjs.cjs', 'ends-esm.mjs']) {
      for (const preload of PRELOADS) {
        it(`${end}: ${program}, ${preload}`, async () => {
          await using collector = await startCollector();
          const ending = await runProgram({ program: join(FOLDER, program), args: [end], preload, env: { ...collector.env, ...SERVICE } });
          const { store } = collector;
          const lines = store.logs().filter(({ eventName }) => eventName !== 'exception');
          assert.deepEqual([store.spans().length, lines.length], [1500, 100], ending.stderr);
          assert.deepEqual([ending.code, ending.signal, ending.ownStderr], [code, signal, '']);
          // The parent of a nested worker ends before it, or after it.
          assert.equal(ending.stdout, stdout);
          assert.deepEqual(saidCodes(ending), []);
          const crashes = store.logs().length - lines.length;
          assert.equal(crashes, end === 'has an uncaught error' ? 1 : 0);
        });
      }
    }
  }
});

it('what a worker records has the resource of its process, and leaves redacted', async () => {
  await using collector = await startCollector();
  await runProgram({
    program: '-e',
    args: [
      `const { trace } = require('@opentelemetry/api');
       const { Worker } = require('node:worker_threads');
       const work = "require('@opentelemetry/api').trace.getTracer('t').startSpan('work', { attributes: { password: 'hunter2', employee_number: 'E-1' } }).end()";
       eval(work);
       new Worker(work, { eval: true });`,
    ],
    env: { ...collector.env, ...SERVICE, SIGNALBOX_REDACT_ALSO: 'employee_number' },
  });
  const [here, there] = collector.store.spans();
  assert.ok(here !== undefined && there !== undefined);
  assert.deepEqual(there.resource, here.resource);
  assert.deepEqual(there.attributes, here.attributes);
  assert.doesNotMatch(JSON.stringify(there.attributes), /hunter2|E-1/);
  assert.notEqual(there.traceId, here.traceId);
});

it('what a full queue drops of a worker is counted and said', async () => {
  await using collector = await startCollector();
  const ending = await runProgram({
    program: join(FOLDER, 'ends-cjs.cjs'),
    args: ['ends by itself'],
    env: { ...collector.env, ...SERVICE, SIGNALBOX_QUEUE_MAX_BYTES: '65536' },
  });
  const lost = /Lost at exit: (\d+) spans \(queue full\)/.exec(ending.stderr);
  assert.ok(lost !== null, ending.stderr);
  assert.equal(collector.store.spans().length + Number(lost[1]), 1500);
});

it('nothing is exported of workers when that is switched off, and nothing is said', async () => {
  await using collector = await startCollector();
  const ending = await runProgram({
    program: join(FOLDER, 'ends-cjs.cjs'),
    args: ['ends by itself'],
    env: { ...collector.env, ...SERVICE, SIGNALBOX_WORKER_THREADS: 'false' },
  });
  assert.equal(collector.store.spans().length, 750);
  assert.deepEqual(saidCodes(ending), []);
});

describe('a library that is instrumented gives spans in a worker', { concurrency: 2 }, () => {
  const spansOf = async (program: string, preload: 'require' | 'import', kind = ''): Promise<string[]> => {
    await using collector = await startCollector();
    const env = { ...collector.env, ...SERVICE, SELF_URL: `${collector.receiver.httpUrl}/elsewhere` };
    const ending = await runProgram({ program: join(FOLDER, program), args: [kind], preload, env });
    assert.deepEqual([ending.code, ending.ownStderr, saidCodes(ending)], [0, '', []]);
    return collector.store
      .spans()
      .map((span) => `${span.kind} ${span.name}`)
      .filter((name) => !name.startsWith('internal'))
      .sort();
  };
  for (const preload of ['require', 'import'] as const) {
    it(`Express, by ${preload}`, async () => {
      assert.deepEqual(await spansOf('libraries.cjs', preload, 'express'), ['client GET', 'server GET /users/:id']);
    });
    it(`Express as an ES module, by ${preload}`, async () => {
      assert.deepEqual(await spansOf('libraries.mjs', preload), ['client GET', 'server GET /users/:id']);
    });
    it(`fetch, by ${preload}`, async () => {
      const names = await spansOf('libraries.cjs', preload, 'fetch');
      assert.deepEqual(names, ['client GET']);
    });
    for (const kind of ['node:http', 'http of process.getBuiltinModule']) {
      it(`${kind}, by ${preload}`, async () => {
        assert.deepEqual(await spansOf('libraries.cjs', preload, kind), ['client GET', 'server GET']);
      });
    }
  }
});

it('a counter and a histogram are one series for all threads, and what a thread observes has its id', async () => {
  await using collector = await startCollector();
  const ending = await runProgram({ program: join(FOLDER, 'measures.cjs'), env: { ...collector.env, ...SERVICE } });
  assert.deepEqual(saidCodes(ending), []);
  assert.deepEqual(
    pointsOf<NumberPoint>(collector, 'jobs').map(({ attributes, value }) => [attributes, Number(value)]),
    [[{ kind: 'a' }, 500]],
  );
  assert.deepEqual(
    pointsOf<HistogramPoint>(collector, 'took').map(({ bounds, bucketCounts }) => [bounds, bucketCounts.map(Number)]),
    [
      [
        [1, 2],
        [0, 5, 0],
      ],
    ],
  );
  const depths = pointsOf<NumberPoint>(collector, 'depth').map(({ attributes, value }) => [
    attributes['thread.id'] === undefined,
    Number(value),
  ]);
  assert.deepEqual(
    depths.filter(([isMain]) => isMain),
    [[true, 1]],
  );
  assert.ok(
    depths.some(([isMain, value]) => !isMain && value === 7),
    JSON.stringify(depths),
  );
});

describe('a worker with limits of its own', { concurrency: 2 }, () => {
  const program = join(FOLDER, 'limited.cjs');
  for (const [how, stdout] of [
    ['', 'exit 0\n'],
    ['out-of-memory', 'ERR_WORKER_OUT_OF_MEMORY\nexit 1\n'],
    ['terminated', 'exit 1\n'],
  ] as const) {
    it(`brings all that it recorded: ${how || 'ends by itself'}`, async () => {
      await using collector = await startCollector();
      const env = { ...collector.env, ...SERVICE, OTEL_METRIC_EXPORT_INTERVAL: '200' };
      const ending = await runProgram({ program, args: how === '' ? [] : [how], env });
      assert.deepEqual([collector.store.spans().length, ending.stdout, ending.ownStderr], [100, stdout, '']);
      assert.deepEqual(saidCodes(ending), []);
    });
  }

  it('observes nothing any more when it was terminated', async () => {
    await using collector = await startCollector();
    await runProgram({ program, args: ['terminated'], env: { ...collector.env, ...SERVICE, OTEL_METRIC_EXPORT_INTERVAL: '200' } });
    const times = (name: string): bigint[] =>
      collector.store
        .metrics()
        .filter((metric) => metric.name === name)
        .flatMap(({ points }) => (points as readonly NumberPoint[]).map(({ timeUnixNano }) => timeUnixNano));
    const [alive, depth] = [times('alive'), times('depth')];
    assert.ok(depth.length > 0, 'it was observed while it ran');
    assert.ok(
      alive.filter((time) => time > (depth.at(-1) as bigint)).length >= 3,
      `${alive.length} exports, ${depth.length} with the thread`,
    );
  });
});

it('a driver in a worker gives spans', { skip: missing('postgres') }, async () => {
  const postgres = await startPostgres();
  try {
    await using collector = await startCollector();
    const env = { ...collector.env, ...SERVICE, DATABASE_URL: postgres.url };
    const ending = await runProgram({ program: join(FOLDER, 'postgres.cjs'), env });
    const spans = collector.store.spans();
    const job = spans.find(({ name }) => name === 'job');
    assert.deepEqual(
      spans.filter(({ parentSpanId }) => parentSpanId === job?.spanId).map(({ attributes }) => attributes['db.query.text']),
      ['SELECT ? AS one', 'SELECT $1::text'],
      ending.stderr,
    );
  } finally {
    await postgres.stop();
  }
});

it('threads within threads that are terminated leave no memory behind', async () => {
  await using collector = await startCollector();
  const ending = await runProgram({
    program: join(FOLDER, 'many-nested.cjs'),
    args: ['6'],
    nodeFlags: ['--expose-gc'],
    env: { ...collector.env, ...SERVICE },
  });
  // Each has memory of 256 KiB that the main thread reads.
  assert.ok(Number(ending.stdout) < 6 * 256 * 1024, `${ending.stdout.trim()} bytes for 12 threads`);
  assert.equal(collector.store.spans().length, 2 * 8);
});

describe('an application sees the same of its threads as without', { concurrency: 2 }, () => {
  for (const [args, program] of [
    [[], 'that record nothing'],
    [['records'], 'that record'],
    [['records', 'shared'], 'that record and share the environment'],
    [['throws'], 'whose module is missing'],
  ] as const) {
    for (const preload of ['require', 'import'] as const) {
      it(`${program}: ${preload}`, async () => {
        await using collector = await startCollector();
        const run = (how: 'none' | 'import-nothing' | 'require' | 'import', env = {}): Promise<Ending> =>
          runProgram({ program: join(FOLDER, 'looks.cjs'), args, preload: how, env });
        const bare = await run(preload === 'import' ? 'import-nothing' : 'none');
        const watched = await run(preload, { ...collector.env, ...SERVICE });
        assert.match(bare.stdout, /worker exits/);
        for (const thread of ['main:', 'thread:']) assert.deepEqual(linesOf(watched, thread), linesOf(bare, thread));
        assert.deepEqual([watched.code, watched.ownStderr], [bare.code, bare.stderr]);
      });
    }
  }
});

it('threads that record nothing, of loggers and runners too, load one file and say nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-jest-'));
  try {
    const jest = join(folder, 'jest-worker/build/workers');
    mkdirSync(jest, { recursive: true });
    writeFileSync(
      join(jest, 'threadChild.js'),
      `require('node:http'); require(${JSON.stringify(join(FOLDER, 'files-loaded.cjs'))})('jest');`,
    );
    await using collector = await startCollector();
    const ending = await runProgram({
      program: join(FOLDER, 'helpers.cjs'),
      args: [join(jest, 'threadChild.js')],
      env: { ...collector.env, ...SERVICE },
    });
    assert.deepEqual([ending.code, ending.ownStderr, saidCodes(ending)], [0, '', []]);
    assert.deepEqual(
      ending.stdout.trim().split('\n').sort(),
      ['eval', 'jest', 'plain', 'tinypool', 'transport'].map((name) => `${name}: register.js`),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
