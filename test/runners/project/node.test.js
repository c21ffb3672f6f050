import { describe, mock, test } from 'node:test';
import { expectTelemetry } from 'signalbox/testing';
import { defineTests } from './define-tests.js';

describe('a shop', { concurrency: true }, () => {
  const concurrent = [];
  defineTests({
    test: (name, run) => concurrent.push([name, { concurrency: false }, run]),
    concurrent: (name, run) => test(name, run),
    expect: expectTelemetry,
    any: (type) => (value) => typeof value === type.name.toLowerCase(),
    clock: { useFake: () => mock.timers.enable(), advance: (ms) => mock.timers.tick(ms), useReal: () => mock.timers.reset() },
  });
  describe('alone', { concurrency: false }, () => {
    for (const each of concurrent) test(...each);
  });
});
