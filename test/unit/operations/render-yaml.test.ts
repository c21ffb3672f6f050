import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { renderYaml } from '../../../src/operations/render-yaml.ts';

describe('YAML for the servers', () => {
  it('holds no character that ends a line for a reader of YAML 1.1, nor one that it refuses', () => {
    const text = 'a\u2028b\u2029c\u0085d\u007f\u0080\ufeff\uffff';
    const rendered = renderYaml({ [text]: [text, `${text}\nsecond line`], expr: `x{a="${text}"}\n> 0` });
    assert.doesNotMatch(rendered, /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/);
    assert.deepEqual(parse(rendered, { version: '1.1' }), { [text]: [text, `${text}\nsecond line`], expr: `x{a="${text}"}\n> 0` });
  });

  it('leaves long lines whole, and texts of several lines readable', () => {
    const long = 'word '.repeat(100).trim();
    assert.equal(renderYaml({ a: long, b: 'one\ntwo\n' }), `a: ${long}\nb: |\n  one\n  two\n`);
  });

  it('is read as what it was, whatever the texts are', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })).map((each) => each.toWellFormed());
    fc.assert(
      fc.property(
        fc.array(
          fc.record(
            { labels: fc.dictionary(fc.constantFrom('a', 'b'), text, { noNullPrototype: true }), expr: text },
            { noNullPrototype: true },
          ),
        ),
        (rules) => {
          assert.deepEqual(parse(renderYaml({ rules })), { rules });
        },
      ),
      { numRuns: 300 },
    );
  });
});
