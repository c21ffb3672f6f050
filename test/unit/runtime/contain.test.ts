import assert from 'node:assert/strict';
import { it } from 'node:test';
import { attempt, contain, contained, onContained, switchedOff } from '../../../src/runtime/contain.ts';

it('a fault is contained and said, also one from before there was a listener', () => {
  const said: unknown[] = [];
  const error = new Error('broken');
  assert.equal(
    contain('early work', () => {
      throw error;
    }),
    undefined,
  );
  onContained((...args) => said.push(args));
  assert.equal(
    contain('fine work', () => 5),
    5,
  );
  contained('later work', error);
  switchedOff('the feature', error);
  assert.deepEqual(said, [
    ['early work', error, false],
    ['later work', error, false],
    ['the feature', error, true],
  ]);
});

it('a listener that throws harms nobody', () => {
  onContained(() => {
    throw new Error('no');
  });
  contained('work', new Error('x'));
});

it('what may well throw is attempted, and nothing is said', () => {
  assert.equal(
    attempt(() => new URL('nonsense')),
    undefined,
  );
  assert.equal(
    attempt(() => JSON.parse('{'), 'none'),
    'none',
  );
  assert.equal(
    attempt(() => 1),
    1,
  );
});
