/** Processors, samplers and id generators of the application's own, on signalbox's engine. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { runProgram, startProgram } from './kit/run-program.ts';

const FOLDER = './test/e2e/programs/extensions';
const names = (spans: readonly { readonly name: string }[]): string[] => spans.map(({ name }) => name).sort();

describe('processors of the application', () => {
  it('are called in order with what the official SDK gives them; the collector gets everything, with what they set', async () => {
    await using collector = await startCollector();
    const env = { ...collector.env, SIGNALBOX_EXTENSIONS: `${FOLDER}/recording.cjs`, OTEL_SERVICE_NAME: 'shop' };
    const ending = await runProgram({ program: `${FOLDER}/app.cjs`, env });
    assert.equal(ending.code, 0, ending.stderr);
    const lines = ending.stdout.trim().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(' ', 1)[0]),
      ['onStart', 'onStart', 'onEmit', 'onEnding', 'onEnd', 'onEnding', 'onEnd', 'forceFlush'],
    );
    assert.deepEqual(lines.slice(0, 4), [
      'onStart parent function true',
      'onStart child function true',
      'onEmit written INFO {"a":1} function true',
      'onEnding renamed true',
    ]);
    const spans = collector.store.spans();
    assert.deepEqual(names(spans), ['parent', 'renamed']);
    for (const { attributes } of spans)
      assert.deepEqual([attributes['from.processor'], attributes['from.processor.ending']], ['start', true]);
    assert.deepEqual(
      collector.store.logs().map(({ attributes }) => attributes),
      [{ a: 1, 'from.processor': 'log' }],
    );

    const official = await runProgram({
      program: `${FOLDER}/official.cjs`,
      preload: 'none',
      env: { OTEL_SERVICE_NAME: 'shop', OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
    });
    const ended = (output: string): unknown[] =>
      output
        .split('\n')
        .filter((line) => line.startsWith('onEnd '))
        .map((line) => JSON.parse(line.slice('onEnd '.length)) as unknown);
    assert.equal(ended(official.stdout).length, 2, official.stderr);
    assert.deepEqual(ended(ending.stdout), ended(official.stdout));
  });

  it('may be the official simple and batch ones', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({ program: `${FOLDER}/batch.cjs`, preload: 'none', env: collector.env });
    assert.deepEqual(JSON.parse(ending.stdout), [
      ['renamed', 'parent'],
      ['renamed', 'parent'],
    ]);
    assert.deepEqual(names(collector.store.spans()), ['parent', 'renamed']);
  });

  it('are flushed before a signal ends the process', async () => {
    await using collector = await startCollector();
    const env = { ...collector.env, SIGNALBOX_EXTENSIONS: `${FOLDER}/recording.cjs`, FOREVER: '1' };
    const program = startProgram({ program: `${FOLDER}/app.cjs`, env });
    await program.output(/onEnd .*parent/);
    program.kill('SIGTERM');
    const ending = await program.ended;
    assert.match(ending.stdout, /forceFlush/);
    assert.equal(ending.signal, 'SIGTERM');
  });

  for (const [way, flushed] of [
    ['nothing left to do', 'forceFlush\nforceFlush is done\n'],
    ['process.exit()', 'forceFlush\n'],
    ['throw', 'forceFlush\n'],
    ['exit-listener', 'forceFlush\nforceFlush is done\nforceFlush\n'],
  ] as const)
    it(`are flushed at the end (${way}), as far as it lets them`, async () => {
      await using collector = await startCollector();
      const env = { ...collector.env, SIGNALBOX_EXTENSIONS: `${FOLDER}/slow.cjs` };
      const ending = await runProgram({ program: `${FOLDER}/end.cjs`, args: [way], env });
      assert.equal(ending.stdout, flushed, ending.stderr);
      assert.equal(ending.code, way === 'throw' ? 1 : 0);
    });

  it('cost their own telemetry alone when they throw or hang', async () => {
    await using collector = await startCollector();
    const env = { ...collector.env, SIGNALBOX_EXTENSIONS: `${FOLDER}/harmful.cjs`, SIGNALBOX_SHUTDOWN_TIMEOUT: '3000' };
    const ending = await runProgram({ program: `${FOLDER}/app.cjs`, env });
    assert.deepEqual([ending.code, ending.ownStderr], [0, '']);
    assert.deepEqual(names(collector.store.spans()), ['parent', 'renamed']);
    assert.equal(collector.store.logs().length, 1);
    const codes = new Set(ending.said.map(({ code }) => code));
    for (const code of [
      'extensions',
      'extension-slow',
      ...['onStart', 'onEnding', 'onEnd', 'onEmit', 'shouldSample', 'generateTraceId', 'generateSpanId'].map(
        (method) => `extension-failed.${method}`,
      ),
    ])
      assert.ok(codes.has(code), `${code} of ${[...codes].join(', ')}`);
  });

  for (const [decision, exported, processed] of [
    ['0', ['parent'], ['parent']],
    ['1', ['parent'], ['renamed', 'parent']],
    ['2', ['parent', 'renamed'], ['renamed', 'parent']],
  ] as const)
    it(`a sampler that says ${decision} decides, beside ids of one's own`, async () => {
      await using collector = await startCollector();
      const env = { ...collector.env, SIGNALBOX_EXTENSIONS: `${FOLDER}/sampling.mjs`, DECISION: decision };
      const ending = await runProgram({ program: `${FOLDER}/app.cjs`, env });
      assert.equal(ending.code, 0, ending.stderr);
      assert.deepEqual(names(collector.store.spans()), [...exported]);
      assert.deepEqual(
        ending.stdout
          .trim()
          .split('\n')
          .map((line) => line.replace('onEnd ', '')),
        [...processed],
      );
      const parent = collector.store.spans().find(({ name }) => name === 'parent');
      assert.deepEqual(
        [parent?.traceId, parent?.spanId, parent?.attributes['from.sampler']],
        ['0af7651916cd43dd8448eb211c80319c', '0000000000000001', 'parent'],
      );
    });

  for (const [what, module, pattern] of [
    [
      'is not there',
      './not-there.cjs',
      /SIGNALBOX_EXTENSIONS must name a module that can be loaded by require\(\), got "\.\/not-there\.cjs".*no effect/,
    ],
    ['exports nothing of use', `${FOLDER}/app.cjs`, /SIGNALBOX_EXTENSIONS must name a module that exports .* exports none/],
  ] as const)
    it(`a module that ${what} is one line, and telemetry runs`, async () => {
      await using collector = await startCollector();
      const ending = await runProgram({ program: `${FOLDER}/app.cjs`, env: { ...collector.env, SIGNALBOX_EXTENSIONS: module } });
      assert.equal(ending.code, 0);
      assert.match(ending.said.find(({ code }) => code === 'extensions')?.message ?? '', pattern);
      assert.ok(collector.store.spans().length >= 2);
    });
});
