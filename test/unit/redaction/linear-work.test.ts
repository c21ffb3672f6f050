import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ISSUERS, patternOf } from '../../../src/redaction/issuers.ts';
import { slownessOf } from '../../../src/redaction/pattern-check.ts';
import { createStepCounter } from './count-steps.ts';
import { PARTS, UNITS } from './hostile-texts.ts';

const LENGTH = 512;
const GROWTH = 4;
/** A step that looks at all that came before would do sixteen times as much. */
const MOST_GROWTH = 6;

/** All issuers' patterns in one, which is longer than a pattern may be. Each is looked at alone. */
const KEYS = `(?<![A-Za-z0-9])(?:${ISSUERS.map(patternOf).join('|')})`;

const counter = createStepCounter('/src/redaction/', new Set([KEYS]));

function growthOf(run: (text: string) => unknown, unit: string): number {
  const of = (length: number): string => unit.repeat(Math.ceil(length / unit.length));
  run(of(64)); // what is learned once is learned
  const few = counter.count(() => run(of(LENGTH)));
  return counter.count(() => run(of(LENGTH * GROWTH))) / few;
}

test('four times as much of a text that is made to be slow is no more than six times the work', () => {
  const faults: string[] = [];
  // All parts at once: to ask V8 for its counts takes longer than the work.
  for (const unit of UNITS) {
    const growth = growthOf((text) => PARTS.forEach(([, run]) => run(text)), unit);
    if (growth > MOST_GROWTH) faults.push(`${JSON.stringify(unit)} again and again grows by ${growth.toFixed(1)}`);
  }
  assert.deepEqual({ faults, mayBeSlow: [...counter.mayBeSlow] }, { faults: [], mayBeSlow: [] });
});

for (const issuer of ISSUERS)
  test(`the pattern of keys of ${issuer.name} (${issuer.starts[0] ?? 'no beginning'}) is quick on every text`, () =>
    assert.equal(slownessOf(`(?<![A-Za-z0-9])${patternOf(issuer)}`, 'g'), undefined));

test('a step that looks at all that came before is found', () => {
  const quadratic = (text: string): void => {
    for (let i = text.indexOf('a'); i !== -1; i = text.indexOf('a', i + 1)) text.lastIndexOf('b', i);
  };
  assert.ok(growthOf(quadratic, 'a') > MOST_GROWTH);
});

test('a regular expression that goes back is found, unless its text is short', () => {
  const own = createStepCounter('/src/redaction/');
  own.count(() => /x(?:a+)+b/.test('a'.repeat(500)));
  assert.equal(own.mayBeSlow.size, 0);
  own.count(() => /x(?:a+)+b/.test('a'.repeat(600)));
  assert.deepEqual([...own.mayBeSlow], ['/x(?:a+)+b/']);
});
