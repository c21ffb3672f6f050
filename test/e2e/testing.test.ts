/** The test kit in test processes of their own, as built: with the preload and without. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { createConsumerProject, snippetsOf } from './kit/consumer-project.ts';
import { ROOT, runProgram } from './kit/run-program.ts';

const project = createConsumerProject();
after(() => project[Symbol.dispose]());

const [snippet] = snippetsOf(readFileSync(join(ROOT, 'docs/testing.md'), 'utf8')).filter(({ notes }) => notes['runner'] === 'node');

/** A server and its client in one test: instrumentations give their spans only under the preload. */
const HTTP = `
import { collectTelemetry, expectTelemetry } from 'signalbox/testing';
import { metrics } from '@opentelemetry/api';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { withSpan } from 'signalbox';

test('a request', async (t) => {
  const telemetry = collectTelemetry(t);
  const server = createServer((request, response) => withSpan('answer', () => response.end())).listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  await withSpan('ask', async () => {
    await (await fetch('http://127.0.0.1:' + server.address().port)).text();
  });
  metrics.getMeter('app').createCounter('asked').add(1);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expectTelemetry(telemetry).toHaveMetric({ name: 'asked', value: 1 });
  expectTelemetry(telemetry).toHaveSpan({ name: 'ask', parent: null });
  expectTelemetry(telemetry).toHaveSpan({ name: 'answer' });
  console.log('spans ' + telemetry.spans.length);
});
`;

describe('the test kit', () => {
  for (const preload of ['none', 'require', 'import'] as const)
    it(`sees what there is (${preload}), and takes nothing from the collector`, async () => {
      await using collector = await startCollector();
      const program = project.write('http.js', HTTP);
      const ending = await runProgram({ program, cwd: project.folder, preload, env: collector.env });
      assert.equal(ending.code, 0, ending.stdout);
      assert.match(ending.stdout, preload === 'none' ? /spans 2/ : /spans 4/);
      assert.deepEqual(
        collector.store
          .spans()
          .map(({ name }) => name)
          .sort(),
        preload === 'none' ? [] : ['GET', 'GET', 'answer', 'ask'],
      );
      if (preload !== 'none') assert.ok(collector.store.metrics().some(({ name }) => name === 'asked'));
    });

  it('runs the program of docs/testing.md', async () => {
    const program = project.write('snippet.js', snippet?.text ?? '');
    const ending = await runProgram({ program, cwd: project.folder, preload: 'none' });
    assert.equal(ending.code, 0, ending.stdout);
  });

  it('says that another SDK is there', async () => {
    const program = project.write(
      'other.js',
      `
import { trace } from '@opentelemetry/api';
trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan() {}, startActiveSpan() {} }) });
await import('signalbox/testing').catch((error) => console.log(error.message));
`,
    );
    const ending = await runProgram({ program, cwd: project.folder, preload: 'none' });
    assert.match(ending.stdout, /signalbox\/testing must be the only one .* another SDK is registered/);
  });
});

const TYPED = `
import { collectTelemetry, expectTelemetry, telemetryMatchers, type CollectedTelemetry, type TelemetryMatchers } from 'signalbox/testing';
const done: Promise<number> = collectTelemetry(async (telemetry: CollectedTelemetry) => telemetry.spans.length);
const telemetry = collectTelemetry();
expectTelemetry(telemetry).not.toHaveSpan({ name: /a/, kind: 'client', parent: { name: 'b', parent: null }, attributes: { a: (value: unknown) => value === 1 }, count: 0 });
expectTelemetry(telemetry).not.toHaveMetric({ name: 'm', value: (value) => value > 1 });
// @ts-expect-error no such kind
expectTelemetry(telemetry).not.toHaveSpan({ kind: 'clint' });
{ using again = collectTelemetry(); void again; }
export const matchers: TelemetryMatchers = expectTelemetry(telemetry);
void telemetryMatchers; void done;
`;

describe('a project in TypeScript', () => {
  for (const resolution of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ])
    it(`compiles against signalbox/testing with ${resolution.join(' ')}`, async () => {
      project.write('typed.ts', TYPED);
      await project.compile(
        ['typed.ts'],
        ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2023,esnext.disposable', '--types', '', ...resolution],
      );
    });
});
