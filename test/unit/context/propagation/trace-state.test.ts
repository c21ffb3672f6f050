import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTraceState } from '../../../../src/context/propagation/trace-state.ts';

function state(header: string) {
  const parsed = parseTraceState(header);
  assert.ok(parsed, `${header} should be a trace state`);
  return parsed;
}

test('a member is read by its key', () => {
  const parsed = state('foo=1,foobar= 2');
  assert.equal(parsed.get('foo'), '1');
  assert.equal(parsed.get('foobar'), ' 2');
  assert.equal(parsed.get('fo'), undefined);
  assert.equal(parsed.get('foo=1'), undefined);
});

test('a new member and a changed member come first, and the order of the others stays', () => {
  const parsed = state('a=1,b=2,c=3');
  assert.equal(parsed.set('d', '4').serialize(), 'd=4,a=1,b=2,c=3');
  assert.equal(parsed.set('c', '4').serialize(), 'c=4,a=1,b=2');
  assert.equal(parsed.unset('b').serialize(), 'a=1,c=3');
  assert.equal(parsed.unset('x').serialize(), 'a=1,b=2,c=3');
  assert.equal(parsed.serialize(), 'a=1,b=2,c=3', 'the state itself must not change');
});

test('a bad key or value changes nothing', () => {
  const parsed = state('a=1');
  for (const key of ['', 'A', 'a b', '@a', 'a'.repeat(257), undefined, 7]) assert.equal(parsed.set(key as string, '2').serialize(), 'a=1');
  for (const value of ['', ' ', 'x ', 'x,y', 'x=y', '\n', '\u20ac', undefined, 7]) {
    assert.equal(parsed.set('b', value as string).serialize(), 'a=1');
  }
});

test('of members with one key the first is kept, for it is the newest', () => {
  assert.equal(state('a=1,b=2,a=3').serialize(), 'a=1,b=2');
  assert.equal(state('a=1,b=2,a=3').set('a', '4').serialize(), 'a=4,b=2');
  const twice = Array.from({ length: 32 }, (_, i) => `k${i % 31}=${i}`).join(',');
  assert.equal(state(twice).serialize().split(',').length, 31);
  assert.equal(parseTraceState(`${twice},k0=32`), undefined, '33 members are too many, whatever their keys are');
});

test('a key may hold any number of @, but not begin with one', () => {
  for (const key of ['a@', 'a@@b', 'a@b@c', `${'t'.repeat(254)}@v`, `t@${'v'.repeat(254)}`]) {
    assert.equal(state(`${key}=1`).get(key), '1');
    assert.equal(state('b=2').set(key, '1').serialize(), `${key}=1,b=2`);
  }
});

test('with 32 members, the last makes room for a new one', () => {
  const header = Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(',');
  const changed = state(header).set('new', '1').serialize().split(',');
  assert.deepEqual([changed.length, changed[0], changed.at(-1)], [32, 'new=1', 'k30=v']);
});

test('a state never grows beyond 512 characters', () => {
  let parsed = state('a=1');
  for (let i = 0; i < 100; i++) parsed = parsed.set(`k${i}`, 'x'.repeat(i * 2 + 1));
  assert.ok(parsed.serialize().length <= 512, `${parsed.serialize().length} characters`);
});

test('a header that is far too long is not read', () => {
  assert.equal(parseTraceState(`a=1${' '.repeat(40_000)}`), undefined);
  assert.equal(parseTraceState(','.repeat(1_000_000)), undefined);
});
