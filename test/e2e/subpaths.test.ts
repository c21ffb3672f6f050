/** Whatever `exports` of package.json names can be imported, by strict projects in TypeScript of every kind, and by Node.js. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createConsumerProject } from './kit/consumer-project.ts';
import { ROOT, runProgram } from './kit/run-program.ts';

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, unknown> };
const SUBPATHS = Object.keys(exports).filter((path) => path !== './package.json');
const nameOf = (path: string): string => path.replace(/^\./, 'signalbox');

const project = createConsumerProject();
after(() => project[Symbol.dispose]());

/** Each as a whole, so that no declaration that it reaches is left out: libraries are checked as well. */
const IMPORTS = SUBPATHS.map((path, index) => `import * as module${index} from '${nameOf(path)}';\nvoid module${index};`).join('\n');

/** All decorators on methods of one class: static ones, with `#private` fields, async and generators. */
const DECORATED = `
import { Traced } from 'signalbox';
import { active, counted, timed } from 'signalbox/metrics';
import { ErrorHandler } from 'signalbox/sentry';

class Shop {
  #stock = 2;
  @Traced() @timed('shop.sale') @counted('shop.sales') @active('shop.active') @ErrorHandler({ handler: 'shop' })
  async sell(count: number): Promise<number> { return (this.#stock -= count); }
  @Traced('shop opened') @timed('shop.open') static open(): Shop { return new Shop(); }
  @Traced({ name: 'list', attributes: (most: number) => ({ most }) }) *list(most: number): Generator<number> { for (let i = 0; i < most; i++) yield i; }
  @Traced() @counted('shop.pages') async *pages(): AsyncGenerator<string> { yield 'a'; }
}
const shop: Shop = Shop.open();
const left: number = await shop.sell(1);
const listed: number[] = [...shop.list(3)];
for await (const page of shop.pages()) { const text: string = page; void text; }
declare const console: { log(text: string): void };
console.log(JSON.stringify([left, listed, shop.sell.name, shop.sell.length]));
`;

const COMMON = ['--strict', '--target', 'es2022', '--lib', 'es2023,esnext.disposable', '--types', ''];
// Types of Node.js itself do not compile with the first.
const STRICTER = [
  '--skipLibCheck',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--verbatimModuleSyntax',
  '--noPropertyAccessFromIndexSignature',
];

describe('every subpath', () => {
  for (const path of SUBPATHS)
    it(`${nameOf(path)} can be imported, and changes nothing that a program prints or ends with`, async () => {
      const program = project.write('one.js', `import '${nameOf(path)}';\nconsole.log('here');\n`);
      const { code, stdout, ownStderr } = await runProgram({
        program,
        cwd: project.folder,
        preload: 'none',
        env: { OTEL_SDK_DISABLED: 'true' },
      });
      assert.deepEqual([code, stdout, ownStderr], [0, 'here\n', '']);
    });

  for (const resolution of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ['--module', 'preserve'],
  ])
    for (const stricter of [[], STRICTER])
      it(`has types that compile with ${[...resolution, ...stricter].join(' ')}`, async () => {
        project.write('all.ts', IMPORTS);
        await project.compile(['all.ts'], ['--noEmit', ...COMMON, ...stricter, ...resolution]);
      });

  for (const resolution of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ])
    for (const decorators of [[], ['--experimentalDecorators'], ['--experimentalDecorators', '--emitDecoratorMetadata']])
      it(`has decorators that compile and run with ${[...resolution, ...decorators].join(' ')}`, async () => {
        project.write('decorated.ts', DECORATED);
        await project.compile(['decorated.ts'], [...COMMON, ...resolution, ...decorators]);
        const program = join(project.folder, 'decorated.js');
        const { code, stdout, stderr } = await runProgram({ program, cwd: project.folder, env: { OTEL_SDK_DISABLED: 'true' } });
        assert.deepEqual([code, stdout], [0, '[1,[0,1,2],"sell",1]\n'], stderr);
      });
});

describe('signalbox/sentry', () => {
  const program = project.write(
    'captures.cjs',
    `const { captureException } = require('signalbox/sentry');
captureException(new Error('wrong'));
setImmediate(() => console.log('modules of Sentry:', Object.keys(require.cache).filter((path) => path.includes('@sentry')).length));
`,
  );
  // They say that they are loaded, and can do nothing.
  for (const name of ['@sentry/node', '@sentry/core']) {
    const folder = join(project.folder, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '11.11.0', main: 'index.cjs' }));
    writeFileSync(join(folder, 'index.cjs'), "console.log('loaded');\n");
  }

  for (const preload of ['none', 'require', 'import'] as const)
    it(`loads no module of Sentry without a DSN, whatever is captured (${preload})`, async () => {
      const env = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
      const { code, stdout } = await runProgram({ program, cwd: project.folder, preload, env });
      assert.deepEqual([code, stdout], [0, 'modules of Sentry: 0\n']);
      if (preload === 'none') return;
      const withDsn = await runProgram({
        program,
        cwd: project.folder,
        preload,
        env: { ...env, SENTRY_DSN: 'http://key@127.0.0.1:9/1' },
      });
      assert.match(withDsn.stdout, /loaded/);
    });
});
