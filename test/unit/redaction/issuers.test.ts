import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collectorPatternsOf, ISSUERS, patternOf } from '../../../src/redaction/issuers.ts';
import { redactAttribute } from '../../../src/redaction/redact-attribute.ts';
import { redactText } from '../../../src/redaction/redact-text.ts';
import { redactUrl } from '../../../src/redaction/redact-url.ts';

/** `$` is where the key stands. */
const PLACES: readonly (readonly [where: string, text: string, redacted: string])[] = [
  ['alone', '$', 'REDACTED'],
  ['in a sentence', 'used ($) here', 'used (REDACTED) here'],
  ['at the end of a sentence', 'the key is $', 'the key is REDACTED'],
  ['in JSON', '{"note":"$","n":1}', '{"note":"REDACTED","n":1}'],
  ['in JSON inside of JSON', '{"body":"{\\"note\\":\\"$\\"}"}', '{"body":"{\\"note\\":\\"REDACTED\\"}"}'],
  ['in a header', 'X-Note: $\r\nHost: h', 'X-Note: REDACTED\r\nHost: h'],
  ['behind an equals sign', 'NOTE=$ node app.js', 'NOTE=REDACTED node app.js'],
  ['in quotes', "use('$');", "use('REDACTED');"],
  ['twice', '$ and $', 'REDACTED and REDACTED'],
];

for (const issuer of ISSUERS) {
  const { name, starts, sample, nearMiss } = issuer;
  describe(`a key of ${name} (${starts[0] ?? 'by its form'})`, () => {
    for (const [where, text, redacted] of PLACES) {
      test(`goes ${where}`, () => {
        assert.equal(redactText(text.replaceAll('$', sample)), redacted);
        assert.equal(redactText(redacted), redacted);
      });
    }

    test('goes in a URL, in its path and in its query', () => {
      assert.equal(redactUrl(`https://h.example/v1/?note=${encodeURIComponent(sample)}`), 'https://h.example/v1/?note=REDACTED');
      // A slash in it is one of the path.
      if (!/[/+=]/.test(sample)) assert.equal(redactUrl(`https://h.example/v1/${sample}/x`), 'https://h.example/v1/REDACTED/x');
      assert.ok(!redactText(`GET /v1/${encodeURIComponent(sample)}`).includes(sample.slice(-8)));
    });

    test('goes under any name, and in values inside of values', () => {
      assert.equal(redactAttribute('note', sample), 'REDACTED');
      assert.deepEqual(redactAttribute('http.request.header.x-note', [sample]), ['REDACTED']);
      assert.deepEqual(redactAttribute('', { a: [{ b: sample }] }), { a: [{ b: 'REDACTED' }] });
    });

    test('goes with each of its beginnings', () => {
      const first = starts.find((start) => sample.startsWith(start)) ?? '';
      assert.ok(first !== '' || starts.length === 0);
      for (const start of starts) assert.equal(redactText(start + sample.slice(first.length)), 'REDACTED', start);
    });

    test('is seen before anything else is known of the text', () => {
      // The quick look, the only thing that most texts cost.
      assert.equal(redactText(`zz ${sample} zz`), 'zz REDACTED zz');
    });

    test('stays when it only begins like one', () => {
      for (const [where, text] of PLACES) assert.equal(redactText(text.replaceAll('$', nearMiss)), text.replaceAll('$', nearMiss), where);
    });

    test("goes in the Collector, whose patterns leave everybody's near misses alone", () => {
      const patterns = collectorPatternsOf(issuer);
      if (patterns.length === 0) return; // it cannot tell
      assert.equal(patterns.reduce((text, pattern) => text.replace(new RegExp(pattern, 'g'), '****'), sample).replace(/^\d+/, ''), '****');
      for (const pattern of patterns) {
        assert.doesNotMatch(pattern, /\(\?[=!<]/, 'RE2 looks neither ahead nor behind');
        for (const other of ISSUERS) assert.doesNotMatch(other.nearMiss, new RegExp(pattern), pattern);
      }
    });
  });
}

test('no issuer has a beginning that is too short to be looked for', () => {
  for (const { name, starts } of ISSUERS) for (const start of starts) assert.ok(start.length >= 3, `${name}: ${start}`);
});

test('fixed characters come first, and what differs is one choice', () => {
  const issuer = { name: 'x', rest: '\\d', sample: '', nearMiss: '' };
  assert.equal(patternOf({ ...issuer, starts: ['a.b_'] }), 'a\\.b_\\d');
  assert.equal(patternOf({ ...issuer, starts: ['ghp_', 'gho_'] }), 'gh[po]_\\d');
  assert.equal(patternOf({ ...issuer, starts: ['sk_live_', 'sk_test_'] }), 'sk_(?:live|test)_\\d');
  assert.equal(patternOf({ ...issuer, starts: ['pscale_tkn_', 'pscale_pw_'] }), 'pscale_(?:tkn|pw)_\\d');
});
