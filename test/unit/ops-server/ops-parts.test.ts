import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeConflict } from '../../../src/ops-server/ops-parts.ts';

describe('what is said of two metrics of one name', () => {
  for (const [conflict, said] of [
    [{ name: 'a_b', isJoined: false, left: 'a_b', kept: 'a.b' }, /a_b and a\.b are both a_b\. a_b is not served; rename one of them\.$/],
    [{ name: 'a_b', isJoined: true, left: 'a_b', kept: 'a.b' }, /They are served as one metric; .* only that of a\.b is served\./],
    [
      { name: 'jobs', isJoined: false, left: 'jobs', kept: 'jobs' },
      /jobs has several.* The one that was made first is served; rename the others\.$/,
    ],
  ] as const)
    it(`${conflict.left} beside ${conflict.kept}${conflict.isJoined ? ', of one type' : ''}`, () =>
      assert.match(describeConflict(conflict), said));
});
