import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScopeCache } from '../../../src/engine/scope.ts';

const scopeOf = createScopeCache((scope) => scope);
const withAttribute = (value: unknown) => scopeOf('name', '1', { attributes: { a: value } });

test('scopes whose attributes differ are different ones, however little they differ', () => {
  const values = [null, NaN, Infinity, -Infinity, 0, -0, 1, 1n, '1', 'null', ['bigint', '1'], [1], ['1'], new Uint8Array([1]), { 0: 1 }];
  const scopes = values.map(withAttribute);
  assert.equal(new Set(scopes).size, values.length);
  assert.deepEqual(values.map(withAttribute), scopes);
  for (const [i, value] of values.entries()) assert.equal(withAttribute(value), scopes[i]);
});

test('the order of attributes makes no other scope', () => {
  assert.equal(scopeOf('name', '1', { attributes: { a: 1, b: 2 } }), scopeOf('name', '1', { attributes: { b: 2, a: 1 } }));
});

test('a name that looks like other parts of a scope is only a name', () => {
  const scopes = [scopeOf('a', 'b', undefined), scopeOf('a","b', undefined, undefined), scopeOf('a', undefined, { schemaUrl: 'b' })];
  assert.equal(new Set(scopes).size, 3);
});
