import assert from 'node:assert/strict';
import { test } from 'node:test';
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
