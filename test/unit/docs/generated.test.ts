import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAGES, readPage, renderInstrumentation } from '../../../scripts/build-docs.ts';
import { CATALOGUE } from '../../../src/instrumentation/loading/catalogue.ts';
import { read } from './pages.ts';

describe('what `node scripts/build-docs.ts` writes', () => {
  for (const page of PAGES) {
    it(`stands in ${page.path}`, () => {
      const { current, wanted } = readPage(page);
      assert.equal(current, wanted);
    });
  }

  it('has a row for every instrumentation', () => {
    for (const { name } of CATALOGUE) assert.equal(read('docs/instrumentation.md').split(`\n| \`${name}\` |`).length, 2, name);
  });

  it('needs its place in docs/instrumentation.md', () => {
    assert.throws(() => renderInstrumentation('# Instrumentation\n'), /must hold/);
  });
});
