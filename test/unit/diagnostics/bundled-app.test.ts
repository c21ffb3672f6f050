import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { rolldown } from 'rolldown';
import { looksBundled } from '../../../src/diagnostics/bundled-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'signalbox-bundled-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function look(text: string): Promise<string | undefined> {
  const script = join(folder, 'app.js');
  writeFileSync(script, text);
  return looksBundled(script);
}

describe('a bundle is recognised', () => {
  for (const [bundler, text] of Object.entries({
    esbuild: 'var require_express = __commonJS({\n  "node_modules/express/index.js"(exports, module) {',
    'esbuild, minified': 'var a=__toESM(b());"node_modules/express/lib/express.js"',
    webpack: '/***/ "./node_modules/express/index.js": ((module, exports, __webpack_require__) => {',
    rolldown: '//#region node_modules/express/index.js',
    rollup: 'var commonjsGlobal = {}; // node_modules/express/index.js',
  })) {
    it(`of ${bundler}, with what it holds`, async () =>
      assert.match((await look(text)) ?? '', /one bundled file that holds express\. .*--packages=external/));
  }

  it('with a logger, whose lines have no ids', async () => {
    assert.match(
      (await look('commonjsGlobal // node_modules/pino/pino.js\n')) ?? '',
      /holds pino\. .* lines of loggers have no ids and are not sent\./,
    );
    assert.doesNotMatch((await look('commonjsGlobal // node_modules/pg/lib/index.js\n')) ?? '', /loggers/);
  });

  for (const minify of [false, true])
    it(`of rolldown as it is, ${minify ? '' : 'not '}minified`, async () => {
      writeFileSync(
        join(folder, 'in.mjs'),
        `import winston from ${JSON.stringify(createRequire(import.meta.url).resolve('winston'))}; winston.info('a');`,
      );
      const bundle = await rolldown({ input: join(folder, 'in.mjs'), platform: 'node', logLevel: 'silent' });
      const { output } = await bundle.generate({ format: 'cjs', minify });
      assert.match((await look(output[0].code)) ?? '', minify ? /holds its libraries\. .* no ids/ : /holds winston\. .* no ids/);
    });

  it('of esbuild, minified', async () => {
    const helper = 'var c=(e,t)=>()=>{try{return t||e((t={exports:{}}).exports,t),t.exports}catch(r){throw t=0,r}};';
    assert.match((await look(`"use strict";var a=Object.create;${helper}`)) ?? '', /holds its libraries\./);
  });

  it('without knowing what it holds', async () => assert.match((await look('__webpack_require__(1)')) ?? '', /holds its libraries\./));

  it('by its first mebibyte, however large it is', async () => {
    const begins = 'commonjsGlobal // node_modules/pg/lib/index.js\n';
    assert.match((await look(begins + '// node_modules/pg/lib/client.js\n'.repeat(100_000) + '// node_modules/koa/')) ?? '', /holds pg\./);
    assert.equal(await look(`${' '.repeat(2 ** 20)}${begins}`), undefined);
  });

  it('and a program is not, nor a file that cannot be read', async () => {
    assert.equal(await look("require('express')().listen(3000)"), undefined);
    assert.equal(await looksBundled(join(folder, 'missing.js')), undefined);
    assert.equal(await looksBundled(folder), undefined);
  });
});
