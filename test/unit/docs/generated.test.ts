import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAGES, readPage } from '../../../scripts/build-docs.ts';
import { renderInstrumentation } from '../../../scripts/render-instrumentation.ts';
import { CATALOGUE } from '../../../src/instrumentation/loading/catalogue.ts';
import { LIBRARY_FACTS } from '../../../src/instrumentation/loading/library-facts.ts';
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

  it('says how each is watched, and nothing of what is not there', () => {
    assert.deepEqual(Object.keys(LIBRARY_FACTS).sort(), CATALOGUE.map(({ name }) => name).sort());
  });

  it('needs its place in docs/instrumentation.md', () => {
    assert.throws(() => renderInstrumentation('# Instrumentation\n'), /must hold/);
  });
});
