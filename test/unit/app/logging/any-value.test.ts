/** No value makes a log call throw, each line is one line that parses, and none is longer than the limit. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HOSTILE_VALUES } from '../../values/hostile-values.ts';
import { lineOf, record, RENDERS } from './kit.ts';

const LIMIT = 2048;
/** Ends a line, for a reader of lines or for a terminal. */
const LINE_END = /[\n\r\u0085\u2028\u2029]/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

function check(args: readonly unknown[], logger = 'db'): void {
  for (const format of ['json', 'ecs'] as const) {
    const line = lineOf(args, { maxLength: LIMIT, logger }, format);
    assert.ok(Buffer.byteLength(line) <= LIMIT, `${format}: ${Buffer.byteLength(line)} bytes`);
    assert.ok(line.endsWith('}\n'));
    assert.doesNotMatch(line.slice(0, -1), LINE_END);
    assert.doesNotMatch(line.slice(0, -1), CONTROL);
    assert.ok(line.isWellFormed() && !/\\ud[89a-f]/i.test(line), 'no lone surrogate, written or escaped');
    const keys: string[] = [];
    JSON.parse(line, function (key, value: unknown) {
      if (typeof value === 'object' && value !== null && key === '') keys.push(...Object.keys(value));
      return value;
    });
    assert.equal(typeof (JSON.parse(line) as { message: unknown }).message, 'string');
  }
  const pretty = lineOf(args, { maxLength: LIMIT, logger }, 'pretty');
  assert.ok(Buffer.byteLength(pretty) <= LIMIT, `pretty: ${Buffer.byteLength(pretty)} bytes`);
  const [, ...below] = pretty.slice(0, -1).split('\n');
  for (const line of below) assert.match(line, /^ {4}/, 'what follows is indented: nobody forges a line');
  assert.doesNotMatch(pretty.replace(/[\n\t]/g, ''), CONTROL);
}

describe('any value', () => {
  for (const [name, value] of HOSTILE_VALUES) {
    it(`${name} can be logged in each place`, () => {
      check([value]);
      check(['text', value]);
      check(['%s %d %j %o', value, value, value, value]);
      check([{ value, err: value, message: value }]);
      check(['text', { cause: value }, value]);
      check([Object.assign(new Error('x', { cause: value }), { own: value, code: value })]);
    });
  }

  it('of any type and size can be logged', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withTypedArray: true,
      withSparseArray: true,
      stringUnit: 'binary',
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 64 }), (args, logger) =>
        check(args, logger),
      ),
      { numRuns: 400 },
    );
  });

  it('as text of any characters comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        const plain = text.replace(/[@=:%\d]/g, ''); // nothing that is redacted
        const parsed = JSON.parse(lineOf([plain, { field: plain }])) as { message: string; field: string };
        assert.deepEqual([parsed.message, parsed.field], [plain, plain]);
      }),
      { numRuns: 300 },
    );
  });

  it('whose getters log again ends', () => {
    const value = {
      get again(): string {
        return lineOf(['inner', { a: 1 }]);
      },
    };
    check([value]);
  });

  it('that is cut says so, and keeps its beginning', () => {
    const line = JSON.parse(
      lineOf(['m'.repeat(5000), { first: 1, big: 'b'.repeat(5000), list: Array(500).fill('item') }], { maxLength: LIMIT }),
    ) as Record<string, unknown>;
    assert.equal(line['truncated'], true);
    assert.match(String(line['message']), /^m+…$/);
    assert.equal(line['first'], 1);
  });

  it('of which nothing is too long is not cut', () => {
    assert.doesNotMatch(RENDERS.json(record(['x'.repeat(1000)])), /truncated/);
  });
});
