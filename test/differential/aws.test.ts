/** AWS SDK 3: what an application passes in stays as it was, what is sent is signed, and messages carry the trace. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { installNode } from '../matrix/releases.ts';
import { assertQuiet, compare, placeIn, runQuietly } from './kit.ts';
import { installLibraries } from './libraries.ts';

describe('AWS SDK 3', { concurrency: 2 }, () => {
  for (const [release, kind] of ['22.15.0', '24.21.0', '26.10.0'].flatMap((each) => [[each, 'cjs'] as const, [each, 'mjs'] as const])) {
    it(`is as it is bare: Node.js ${release} [${kind}]`, async (t) => {
      using place = placeIn(await installLibraries());
      const watched = await compare({ place, program: `aws.${kind}`, node: await installNode(release) }, 40);
      assertQuiet(watched);
      t.diagnostic(`${watched.stdout.split('\n').length} lines compared, 0 differences`);
      assert.doesNotMatch(watched.stdout, /false,\n {2}\{/, 'a signature does not fit');
      const sent = watched.spans.filter(({ name }) => /SendMessage|send|publish/i.test(name));
      assert.ok(sent.length >= 10, watched.spans.map(({ name }) => name).join(', '));
    });
  }

  it('each message carries the trace of its call', async () => {
    using place = placeIn(await installLibraries());
    const { code, spans, stdout } = await runQuietly({ place, program: 'aws.cjs', env: { CARRIED: 'true' } });
    assert.equal(code, 0);
    const [, messages, carried, calls] = /^carried (\d+) (\d+) (\d+)$/m.exec(stdout) ?? [];
    assert.equal(carried, messages);
    const producers = spans.filter(({ kind }) => kind === 'producer');
    assert.equal(producers.length, Number(calls));
  });
});
