/** Requests of `node:http` without a listener of ours: each has its span, and the span its end. What a program sees: `releases.test.ts`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { installNode } from '../matrix/releases.ts';
import { COMPARED_RELEASES } from './compared.ts';
import { runQuietly } from './kit.ts';

/** By path: `error.type` of each request, in turn. */
const EXPECTED: Readonly<Record<string, readonly (string | undefined)[]>> = {
  '/get': [undefined],
  '/frozen': [undefined, undefined],
  '/missing': ['404'],
  '/early': [undefined],
  '/trailers': [undefined],
  '/cut': ['ECONNRESET'],
  '/broken': ['HPE_INVALID_CONSTANT'],
  '/hang-up': ['ECONNRESET'],
  '/upgrade': [undefined],
  // Times out by an option, by a method and destroyed with an error; given up by a signal, a signal before, at once; with an own error.
  '/silent': ['timeout', 'Error', undefined, undefined, undefined, 'Error'],
  '/emit': [undefined],
  '/defined': [undefined],
  '/piped': [undefined],
  '/own': [undefined],
};

describe('requests of node:http', { concurrency: 2 }, () => {
  for (const release of COMPARED_RELEASES)
    it(`have a span that ends with them: Node.js ${release}`, async () => {
      const { code, spans } = await runQuietly({ program: 'http-client.cjs', env: { DEFINES: 'yes' }, node: await installNode(release) });
      assert.equal(code, 0);
      const work = spans.find(({ name }) => name === 'work');
      const requests = spans.filter(({ kind }) => kind === 'client');
      assert.deepEqual(new Set(requests.map(({ parentSpanId }) => parentSpanId)), new Set([work?.spanId]));
      const typesOf = (path: string): readonly unknown[] =>
        requests
          .filter(({ attributes }) => new URL(String(attributes['url.full'])).pathname === path)
          .map(({ attributes }) => attributes['error.type']);
      assert.deepEqual(Object.fromEntries(Object.keys(EXPECTED).map((path) => [path, typesOf(path)])), EXPECTED);
    });
});
