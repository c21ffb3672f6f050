import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guard } from '../../../src/receiver/guard.ts';

for (const host of [
  'localhost',
  'localhost:4318',
  'LOCALHOST:1',
  'localhost.',
  'app.localhost:80',
  '127.0.0.1:4318',
  '[::1]:4318',
  '192.168.1.4',
  'box:4318',
]) {
  test(`Host ${host} is let in`, () => assert.equal(guard(host, undefined, ['box']), undefined));
}

for (const host of [
  undefined,
  '',
  'evil.example',
  'evil.example:4318',
  'localhost.evil.example',
  'notlocalhost',
  'user@localhost',
  'localhost/x',
  'box2',
  '127.0.0.1.evil.example',
]) {
  test(`Host ${host} is refused`, () => assert.equal(guard(host, undefined, ['box'])?.httpStatus, 403));
}

for (const origin of [
  undefined,
  'http://localhost:3000',
  'https://localhost',
  'http://shop.localhost',
  'http://127.0.0.1:8080',
  'http://127.9.9.9',
  'http://[::1]:3000',
]) {
  test(`Origin ${origin} is let in`, () => assert.equal(guard('localhost', origin, []), undefined));
}

for (const origin of [
  'null',
  '',
  'http://evil.example',
  'https://localhost.evil.example',
  'http://192.168.1.4',
  'file://localhost',
  'chrome-extension://localhost',
  'http://127.evil.example',
]) {
  test(`Origin ${origin} is refused`, () => assert.equal(guard('localhost', origin, [])?.grpcStatus, 7));
}

test('a name that is allowed as a host is not allowed as an origin', () => {
  assert.equal(guard('box', 'http://box', ['box'])?.httpStatus, 403);
});
