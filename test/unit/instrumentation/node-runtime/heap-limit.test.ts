import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { heapUtilization, oldSpaceLimit } from '../../../../src/instrumentation/node-runtime/heap-limit.ts';

const MIB = 1024 * 1024;

describe('the limit of the old generation', () => {
  for (const [execArgv, nodeOptions, expected] of [
    [[], undefined, undefined],
    [['--max-old-space-size=128'], undefined, 128],
    [['--max_old_space_size=128'], undefined, 128],
    [['--max-old-space-size', '128'], undefined, 128],
    [[], '--require x --max-old-space-size=256', 256],
    [['--max-old-space-size=128'], '--max-old-space-size=256', 128],
    [['--max-old-space-size=128', '--max-old-space-size=64'], undefined, 64],
    [['--max-old-space-size=0'], undefined, undefined],
    [['--max-old-space-size-percentage=50'], undefined, undefined],
    [['--max-semi-space-size=16'], undefined, undefined],
  ] as const)
    it(`is ${expected ?? 'not said'} with ${[...execArgv].join(' ') || 'no flag'} and NODE_OPTIONS ${nodeOptions ?? 'unset'}`, () => {
      assert.equal(oldSpaceLimit(execArgv, nodeOptions), expected === undefined ? undefined : expected * MIB);
    });

  it('is what a heap is nearly full of, which by heap_size_limit is far from it', () => {
    const program = `
      const v8 = require('node:v8'); const kept = [];
      for (let i = 0; i < 2800; i++) kept.push(new Array(2000).fill(i));
      gc();
      const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics();
      console.log(JSON.stringify([used, limit, v8.getHeapSpaceStatistics(), kept.length]));`;
    const out = execFileSync(process.execPath, ['--max-old-space-size=64', '--expose-gc', '-e', program], { encoding: 'utf8' });
    const [used, limit, spaces] = JSON.parse(out) as [number, number, { space_name: string; space_used_size: number }[]];
    const full = heapUtilization(used, limit, oldSpaceLimit(['--max-old-space-size=64']), spaces);
    assert.ok(full > 0.65 && full < 0.95, `${full}; by heap_size_limit it is ${used / limit}`);
    assert.ok(used / limit < full);
  });
});
