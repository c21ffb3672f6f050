/** Spans of an application's own, in real programs and under the compilers of others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { createConsumerProject, snippetsOf } from './kit/consumer-project.ts';
import { ROOT, runProgram } from './kit/run-program.ts';

const project = createConsumerProject();
after(() => project[Symbol.dispose]());

const snippets = snippetsOf(readFileSync(join(ROOT, 'docs/spans.md'), 'utf8'));

describe('the programs of docs/spans.md', () => {
  const programs = snippets.filter(({ language }) => language === 'js');
  for (const [index, { text, notes }] of programs.entries()) {
    it(`make their spans: ${notes['spans']}`, async () => {
      await using collector = await startCollector();
      const program = project.write(`snippet-${index}.js`, text);
      const ending = await runProgram({ program, cwd: project.folder, env: collector.env });
      assert.equal(ending.code, 0, ending.stderr);
      assert.deepEqual(
        collector.store
          .spans()
          .map(({ name }) => name)
          .join('; '),
        notes['spans'],
      );
    });

    it(`run without telemetry: ${notes['spans']}`, async () => {
      const program = project.write(`snippet-${index}.js`, text);
      const ending = await runProgram({ program, cwd: project.folder, preload: 'none' });
      assert.deepEqual([ending.code, ending.stderr], [0, '']);
    });
  }
});

const TYPED = `
import { Traced, expectedError, startSpan, traced, withSpan, type SpanAttributes, type TraceIds, traceIds } from 'signalbox';

declare const console: { log(text: string): void };
const attributes: SpanAttributes = { 'http.response.status_code': 200, 'order.id': 'a', 'order.items': [1, 2] };
// @ts-expect-error the conventions have a number
const wrong: SpanAttributes = { 'http.response.status_code': '200' };
class NotFound extends Error { readonly [expectedError] = true }

class Shop {
  #rate = 2;
  @Traced() price(amount: number): number { return amount * this.#rate; }
  @Traced({ name: 'later', attributes: (id: string) => ({ id }) }) async find(id: string): Promise<string> { return id; }
  @Traced('opened') static open(): string { return 'open'; }
}
const total: number = withSpan('total', { attributes, expected: (error) => error instanceof NotFound }, () => new Shop().price(4));
const found: string = await withSpan('found', async (span) => { span.setAttribute('a', 1); return new Shop().find('x'); });
const plus = traced(function plus(this: void, a: number, b: number): number { return a + b; }, { attributes: (a, b) => ({ a, b }) });
const sum: number = plus(1, 2);
for (const n of withSpan('counted', function* () { yield 1; })) { const one: number = n; void one; }
{ using span = startSpan('block'); span.setAttribute('b', 2); }
const ids: TraceIds | undefined = traceIds();
console.log(JSON.stringify([total, found, sum, Shop.open(), ids ?? null, typeof wrong]));
`;

describe('a project in TypeScript', () => {
  const common = ['--strict', '--target', 'es2022', '--lib', 'es2023,esnext.disposable', '--types', '', '--exactOptionalPropertyTypes'];
  const resolutions = [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ];
  for (const resolution of resolutions) {
    for (const decorators of [[], ['--experimentalDecorators']]) {
      it(`compiles and runs with ${[...resolution, ...decorators].join(' ')}`, async () => {
        project.write('typed.ts', TYPED);
        for (const [index, { text }] of snippets.filter(({ language }) => language === 'ts').entries())
          project.write(`snippet-${index}.ts`, text);
        await project.compile(['typed.ts', 'snippet-0.ts', 'snippet-1.ts'], [...common, ...resolution, ...decorators]);

        await using collector = await startCollector();
        const ending = await runProgram({ program: join(project.folder, 'typed.js'), cwd: project.folder, env: collector.env });
        assert.deepEqual([ending.code, ending.stdout], [0, '[8,"x",3,"open",null,"object"]\n'], ending.stderr);
        assert.deepEqual(
          collector.store.spans().map(({ name }) => name),
          ['Shop.price', 'total', 'later', 'found', 'plus', 'counted', 'block', 'opened'],
        );
      });
    }
  }
});

describe('a rejection that nobody handles', () => {
  const WORK = {
    'of an async function': "async () => { throw new RangeError('nobody'); }",
    'of a function that returns a promise': "() => Promise.reject(new RangeError('nobody'))",
    'of a promise of a class of its own': "() => (class Own extends Promise {}).reject(new RangeError('nobody'))",
    'that comes later, in a span within another':
      "() => withSpan('inner', () => new Promise((_, reject) => setTimeout(reject, 1, new RangeError('nobody'))))",
  };
  for (const preload of ['none', 'require'] as const)
    for (const [what, work] of Object.entries(WORK))
      it(`ends the process as before: ${what} (${preload})`, async () => {
        await using collector = await startCollector();
        const program = project.write('unhandled.js', `import { withSpan } from 'signalbox';\nwithSpan('work', ${work});\n`);
        const ending = await runProgram({ program, cwd: project.folder, preload, env: collector.env });
        assert.equal(ending.code, 1);
        assert.match(ending.ownStderr, /RangeError: nobody/);
        const spans = collector.store.spans().map(({ name, status }) => `${name} ${status?.code}`);
        const inner = what.endsWith('another') ? ['inner error'] : [];
        assert.deepEqual(spans.sort(), preload === 'none' ? [] : [...inner, 'work error']);
      });

  it('is none when somebody handles it: by catch, await, race, or in another span', async () => {
    const program = project.write(
      'handled.js',
      `import { withSpan } from 'signalbox';
      const fails = () => withSpan('work', () => Promise.reject(new RangeError('somebody')));
      process.on('unhandledRejection', () => console.log('unhandled'));
      fails().catch(() => {});
      fails().then(undefined, () => {});
      await Promise.race([fails(), new Promise(() => {})]).catch(() => {});
      await withSpan('outer', () => fails()).catch(() => {});
      try { await fails(); } catch { console.log('done'); }`,
    );
    const { code, stdout } = await runProgram({ program, cwd: project.folder });
    assert.deepEqual([code, stdout], [0, 'done\n']);
  });
});
