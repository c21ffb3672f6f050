import { expect, jest, test } from '@jest/globals';
import { telemetryMatchers } from 'signalbox/testing';
import { defineTests } from './define-tests.js';

expect.extend(telemetryMatchers);
defineTests({
  // A function with a parameter is given a callback.
  test: (name, run) => test(name, () => run()),
  concurrent: test.concurrent,
  expect,
  any: (type) => expect.any(type),
  clock: { useFake: () => jest.useFakeTimers(), advance: (ms) => jest.advanceTimersByTime(ms), useReal: () => jest.useRealTimers() },
});
