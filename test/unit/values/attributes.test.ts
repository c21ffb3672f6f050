import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_STRING_LENGTH } from '../../../src/values/limits.ts';
import { addAttributes, type AttributeBag } from '../../../src/values/attributes.ts';

test('__proto__ is a name like any other', () => {
  const bag: AttributeBag = { attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
  addAttributes(bag, JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'), 10, 100);
  assert.deepEqual(Object.entries(bag.attributes), [
    ['__proto__', { polluted: true }],
    ['constructor', 1],
  ]);
  assert.equal(Object.getPrototypeOf(bag.attributes), Object.prototype);
  assert.equal((bag.attributes as { polluted?: boolean }).polluted, undefined);
});

test('properties beyond the first 1024 are counted', () => {
  const bag: AttributeBag = { attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
  addAttributes(bag, Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])), 2000, 100);
  assert.deepEqual([bag.attributeCount, bag.droppedAttributesCount], [1024, 3976]);
});

test('an attribute remembers how much was cut off, until another value takes its place', () => {
  const bag: AttributeBag = { attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
  const set = (value: unknown): void => addAttributes(bag, { before: 1, key: value, after: 'x' }, 10, MAX_STRING_LENGTH);
  const cutOff = (): number | undefined => bag.cutOff?.get('key');
  set('x');
  assert.equal(cutOff(), undefined);
  set('x'.repeat(MAX_STRING_LENGTH + 5));
  assert.equal((bag.attributes['key'] as string).length, MAX_STRING_LENGTH);
  assert.equal(cutOff(), 5);
  set('x');
  assert.equal(cutOff(), 0);
});
