import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ISSUERS } from '../../../src/redaction/issuers.ts';
import { SECRET_NAMES } from '../../../src/redaction/name-table.ts';
import { redactAttribute } from '../../../src/redaction/redact-attribute.ts';
import type { PlainValue } from '../../../src/values/plain-value.ts';
import { redactText } from '../../../src/redaction/redact-text.ts';

/** Small, seeded, and good enough to choose with: https://en.wikipedia.org/wiki/Xorshift */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const PIECES: readonly string[] = [
  ...SECRET_NAMES.flatMap(({ examples }) => examples.slice(0, 2)),
  ...ISSUERS.filter((_, i) => i % 4 === 0).map(({ sample }) => sample),
  ...`= : > , ; & ? # / // :// . @ - -- " ' \` \\ \\" \\n %3D %22 %20 &quot; \\u0026 { } [ ] ( ) < > </ /> + |`.split(' '),
  ...'hunter2 eu DE 1234 4111111111111111 ann@example.com true null missing expired REDACTED REDACTED Bearer Basic Digest'.split(' '),
  ...'GET https://h.example postgres://u:p@db /reset/ name value key SIGTERM --token -u ann:pw bot123456:AAH-x'.split(' '),
  'select a from b where c = ',
  'insert into t (a) values (',
  "Duplicate entry '",
  '-----BEGIN PRIVATE KEY-----',
  '-----END PRIVATE KEY-----',
  '<password>',
  '\u001b[32m',
  'Cookie: a=b; c=d',
  '\n',
  '\n  ',
  ' ',
  ' ',
  ' ',
  ' ',
];

const KEYS = [
  '',
  'url.full',
  'url.query',
  'url.path',
  'db.query.text',
  'graphql.document',
  'http.route',
  'error.type',
  'stripe.key',
  'token',
  'x',
];

function textsOf(seed: number, count: number): string[] {
  const random = generator(seed);
  return Array.from({ length: count }, () => {
    let text = '';
    for (let length = 1 + random(12); length > 0; length--)
      text += (PIECES[random(PIECES.length)] as string) + (random(3) === 0 ? ' ' : '');
    return text;
  });
}

describe('what was redacted is not changed by being redacted again', () => {
  for (const key of KEYS) {
    test(`in 5,000 random texts under ${key || 'no key'}`, () => {
      for (const text of textsOf(20_261_130 + key.length, 5000)) {
        const once = redactAttribute(key, text);
        assert.equal(redactAttribute(key, once as PlainValue), once, JSON.stringify(text));
      }
    });
  }

  test('in 5,000 random values with others inside', () => {
    const texts = textsOf(7, 5000);
    texts.forEach((text, i) => {
      const other = texts[(i * 7) % texts.length] as string;
      const value = { [PIECES[i % 24] as string]: text, list: [other, text], headers: { token: [text] }, n: i, query: { a: other } };
      const once = redactAttribute('', value);
      assert.deepEqual(redactAttribute('', once as PlainValue), once, JSON.stringify(value));
    });
  });

  test('nor does a part of what is there come back', () => {
    // `REDACTED` never grows.
    for (const text of textsOf(11, 5000)) assert.doesNotMatch(redactText(text), /REDACTED(?:REDACTED){3}/, text);
  });
});
