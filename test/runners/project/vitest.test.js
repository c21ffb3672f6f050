import { telemetryMatchers } from 'signalbox/testing';
import { expect, test, vi } from 'vitest';
import { defineTests } from './define-tests.js';

expect.extend(telemetryMatchers);
defineTests({
  test,
  concurrent: test.concurrent,
  expect,
  any: (type) => expect.any(type),
  clock: { useFake: () => vi.useFakeTimers(), advance: (ms) => vi.advanceTimersByTime(ms), useReal: () => vi.useRealTimers() },
});
