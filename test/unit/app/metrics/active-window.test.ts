import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createActiveWindow } from '../../../../src/app/metrics/active-window.ts';
import { addTo, createSketch, estimate } from '../../../../src/app/metrics/distinct-estimate.ts';

describe('an estimate of how many there were', () => {
  for (const count of [0, 1, 10, 1000, 20_000, 200_000]) {
    it(`is within 8 % for ${count}`, () => {
      const sketch = createSketch();
      for (let i = 0; i < count; i++) {
        addTo(sketch, `user-${i}`);
        if (i % 3 === 0) addTo(sketch, `user-${i}`);
      }
      assert.ok(Math.abs(estimate([sketch]) - count) <= count * 0.08, String(estimate([sketch])));
    });
  }

  it('counts once who is in several', () => {
    const [a, b] = [createSketch(), createSketch()];
    for (let i = 0; i < 1000; i++) {
      addTo(a, `user-${i}`);
      addTo(b, `user-${i + 500}`);
    }
    assert.ok(Math.abs(estimate([a, b]) - 1500) < 120);
  });

  it('takes 4 KiB, whoever was there', () => assert.equal(createSketch().byteLength, 4096));
});

describe('users in the last while', () => {
  it('are forgotten slot by slot', () => {
    const window = createActiveWindow(60_000, 6);
    window.add('alice', 0);
    window.add('bob', 30_000);
    window.add('alice', 30_001);
    assert.equal(window.count(30_002), 2);
    assert.equal(window.count(59_999), 2);
    assert.equal(window.count(89_999), 2);
    assert.equal(window.count(90_000), 0);
    window.add('carol', 10_000_000);
    assert.equal(window.count(10_000_000), 1);
  });
});
