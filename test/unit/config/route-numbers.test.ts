import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberFor, parseRouteNumbers } from '../../../src/config/route-numbers.ts';

const parse = (text: string) => parseRouteNumbers(text, 0, 1);

test('a number alone is for every route, and a route has its own', () => {
  const numbers = parse('0.1, /search=0.01 ,POST /orders=1');
  assert.deepEqual(numbers.faults, []);
  assert.equal(numberFor(['/users'], numbers), 0.1);
  assert.equal(numberFor(['GET /search', '/search'], numbers), 0.01);
  assert.equal(numberFor(['POST /orders', '/orders'], numbers), 1);
  assert.equal(numberFor(['GET /orders', '/orders'], numbers), 0.1);
});

test('the rule that says the most counts, of equals the last one', () => {
  const numbers = parse('/a/*=0.1,/a/b*=0.2,/a/b=0.3,/a/b=0.4');
  assert.equal(numberFor(['/a/x'], numbers), 0.1);
  assert.equal(numberFor(['/a/bx'], numbers), 0.2);
  assert.equal(numberFor(['/a/b'], numbers), 0.4);
  assert.equal(numberFor(['/x'], numbers), undefined);
});

test('a route may have an equals sign in it', () => {
  assert.deepEqual(parse('/a=b=0.5').rules, [{ pattern: '/a=b', number: 0.5 }]);
});

test('entries that are no number in range are named, and the others count', () => {
  const { otherwise, rules, faults } = parse('0.5,/a=2,/b=-1,/c=,=1,/d=NaN,/e=1');
  assert.equal(otherwise, 0.5);
  assert.deepEqual(rules, [{ pattern: '/e', number: 1 }]);
  assert.deepEqual(faults, ['/a=2', '/b=-1', '/c=', '=1', '/d=NaN']);
});
