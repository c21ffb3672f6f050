// node --require signalbox/register --test --experimental-test-module-mocks test/e2e/programs/untouched/mocks.test.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';

for (const name of ['express', 'pg', 'winston']) {
  test(`${name} is mocked`, async ({ mock }) => {
    mock.module(name, { defaultExport: () => 'mock' });
    const { default: mocked } = await import(name);
    assert.equal(mocked(), 'mock');
  });
}
