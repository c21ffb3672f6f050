import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../../../src/config/nearest-name.ts';

test('one letter added, left out, changed, or swapped with its neighbour is near', () => {
  for (const written of ['expresss', 'expres', 'exprass', 'exrpess', 'EXPRESS'])
    assert.equal(nearestName(written, ['koa', 'express', 'hapi']), 'express');
});

test('a swap counts once', () => {
  assert.equal(nearestName('ab', ['ba'], 1), 'ba');
  assert.equal(nearestName('abcd', ['badc'], 1), undefined);
  assert.equal(nearestName('abcd', ['badc'], 2), 'badc');
});

test('the nearest of several wins, the first of equals', () => {
  assert.equal(nearestName('mysql3', ['mysql', 'mysql2']), 'mysql');
  assert.equal(nearestName('mysqll2', ['mysql', 'mysql2']), 'mysql2');
});

test('nothing is near to a name that is far from all, empty, or very long', () => {
  assert.equal(nearestName('carrier-pigeon', ['grpc', 'http/json']), undefined);
  assert.equal(nearestName('', ['grpc', 'b']), 'b');
  assert.equal(nearestName('x'.repeat(100_000), ['x'.repeat(99_999)]), undefined);
});
