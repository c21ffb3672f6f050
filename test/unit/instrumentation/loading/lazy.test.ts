/** What is loaded in a real process, and which settings decide it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { HistogramPoint } from '../../../../src/otlp/decode/model.ts';
import { startCollector } from '../../../e2e/kit/collector.ts';
import { PROGRAMS, runProgram, startProgram } from '../../../e2e/kit/run-program.ts';

interface Loaded {
  readonly loaded: readonly string[];
  readonly modules: number;
  readonly hooks: boolean;
}

async function loadedBy(names: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Loaded> {
  const ending = await runProgram({
    program: join(PROGRAMS, 'lazy/loaded.cjs'),
    args: names,
    env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', ...env },
  });
  assert.equal(ending.code, 0, ending.stderr);
  return JSON.parse(ending.stdout) as Loaded;
}

describe('an instrumentation is loaded when its target is', { concurrency: 2 }, () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    '': [],
    'node:fs node:net node:dns': [],
    http: ['http'],
    'node:https': ['http'],
    express: ['express', 'http'],
    'pg ioredis': ['ioredis', 'pg'],
    winston: ['winston'],
    koa: ['http', 'koa'],
  };
  for (const [names, expected] of Object.entries(cases)) {
    it(`by "${names}": ${expected.join(', ') || 'none'}`, async () => {
      const { loaded, hooks } = await loadedBy(names.split(' ').filter(Boolean));
      assert.deepEqual(
        loaded.filter((name) => !names.includes('winston') || name !== 'http'),
        expected,
      );
      assert.equal(hooks, false, 'the hooks for ES modules are loaded in a program that has none');
    });
  }

  it('the hooks for ES modules by the first package that needs them, and not by what Node.js brings', async () => {
    for (const [program, hooks] of [
      ['builtin-only.mjs', false],
      ['package.mjs', true],
    ] as const) {
      const { stdout } = await runProgram({
        program: join(PROGRAMS, 'lazy', program),
        preload: 'import',
        env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
      });
      assert.deepEqual(JSON.parse(stdout), { http: true, hooks }, program);
    }
  });

  it('a script without targets loads few modules', async () => {
    const { modules } = await loadedBy([]);
    assert.ok(modules < 200, `${modules} modules`);
  });
});

describe('settings', { concurrency: 2 }, () => {
  it('OTEL_NODE_ENABLED_INSTRUMENTATIONS names the only ones, those that are off by default among them', async () => {
    assert.deepEqual((await loadedBy(['express', 'net'], { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,net' })).loaded, ['http', 'net']);
    assert.deepEqual((await loadedBy(['express'], { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'none' })).loaded, []);
  });

  it('OTEL_NODE_DISABLED_INSTRUMENTATIONS names those that are not used', async () => {
    assert.deepEqual(
      (await loadedBy(['express', 'pg'], { OTEL_NODE_DISABLED_INSTRUMENTATIONS: '@opentelemetry/instrumentation-express,pg' })).loaded,
      ['http'],
    );
  });

  it('SIGNALBOX_INSTRUMENTATION_OPTIONS reaches the instrumentation', async () => {
    await using collector = await startCollector();
    await runProgram({
      program: 'plain-http.cjs',
      env: { ...collector.env, SIGNALBOX_INSTRUMENTATION_OPTIONS: '{"http":{"disableIncomingRequestInstrumentation":true}}' },
    });
    assert.deepEqual(
      collector.store.spans().map(({ kind }) => kind),
      ['client'],
    );
  });

  it('requests for SIGNALBOX_IGNORE_PATHS are neither traced nor counted, nor is what they do', async () => {
    await using collector = await startCollector();
    await using sink = await startCollector();
    const program = startProgram({
      program: 'forward.cjs',
      env: { ...collector.env, SINK: sink.receiver.httpUrl, SIGNALBOX_IGNORE_PATHS: '/probe,/internal/*' },
    });
    const [, port] = await program.output(/port (\d+)\n/);
    for (const path of ['/probe', '/probe?deep=1', '/internal/x', '/internal/y/z', '/probes', '/health'])
      await (await fetch(`http://127.0.0.1:${port}${path}`)).arrayBuffer();
    program.child.send('stop');
    await program.ended;
    const servers = collector.store.spans().filter(({ kind }) => kind === 'server');
    assert.deepEqual(servers.map(({ attributes }) => attributes['url.path']).sort(), ['/health', '/probes']);
    assert.equal(collector.store.spans().length, 6);
    const durations = collector.store.metrics().findLast(({ name }) => name === 'http.server.request.duration');
    const points = (durations?.points ?? []) as readonly HistogramPoint[];
    assert.equal(
      points.reduce((sum, { count }) => sum + Number(count), 0),
      2,
    );
  });
});
