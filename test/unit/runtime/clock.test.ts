import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentAnchor, hrTimeAt, hrTimeBetween, hrTimeFrom, isBefore, monotonicMs, nowHrTime } from '../../../src/runtime/clock.ts';
import { require } from '../../../src/runtime/otel.ts';

const core = require('@opentelemetry/core') as typeof import('@opentelemetry/core');
const HOUR_MS = 3_600_000;

test('every form of time comes out as the official conversion has it', () => {
  const inputs = [
    0,
    1,
    123.456789,
    5e9,
    Date.now(),
    1_750_000_000_000.25,
    new Date(),
    new Date(0),
    new Date(1_750_000_000_999),
    [1_750_000_000, 999_999_999] as [number, number],
  ];
  for (const input of inputs) {
    const [seconds, nanos] = hrTimeFrom(input) ?? assert.fail(String(input));
    const official = core.timeInputToHrTime(input);
    const apartNs = (seconds - official[0]) * 1e9 + nanos - official[1];
    // A reading of performance.now() is added to an anchor that follows the system clock, to within 10 ms.
    const allowedNs = typeof input === 'number' && input < 1e11 ? 11e6 : 1000;
    assert.ok(Math.abs(apartNs) <= allowedNs, `${String(input)}: ${seconds}.${nanos} against ${official}`);
  }
});

test('a time is copied and brought into form', () => {
  const given: [number, number] = [10, 5];
  const time = hrTimeFrom(given);
  given[0] = 0;
  assert.deepEqual(time, [10, 5]);
  assert.deepEqual(hrTimeFrom([1.5, 0]), [1, 500_000_000]);
  assert.deepEqual(hrTimeFrom([1, 2_500_000_000]), [3, 500_000_000]);
  assert.deepEqual(hrTimeFrom([1, 0.6]), [1, 1]);
});

test('what OTLP cannot carry is no time', () => {
  for (const input of [
    undefined,
    null,
    '2025-01-01',
    NaN,
    Infinity,
    -1,
    1e18,
    new Date(NaN),
    new Date(-1),
    [1],
    [1, 2, 3],
    ['1', 2],
    [-1, 0],
    [0, -1],
    [NaN, 0],
    [0, Infinity],
    [1e18, 0],
    {},
    () => 0,
    1n,
  ]) {
    assert.equal(hrTimeFrom(input), undefined, String(input));
  }
});

test('now is the time of the system clock', () => {
  const before = Date.now();
  const [seconds, nanos] = nowHrTime();
  const after = Date.now();
  const ms = seconds * 1000 + nanos / 1e6;
  assert.ok(ms >= before - 11 && ms <= after + 11, `${before} ${ms} ${after}`);
});

test('readings of one anchor keep their distance to the nanosecond', () => {
  const anchor = currentAnchor(monotonicMs());
  const [start, end] = [hrTimeAt(1000.000001, anchor), hrTimeAt(2999.999999, anchor)];
  assert.deepEqual(hrTimeBetween(start, end), [1, 999_999_998]);
  assert.ok(isBefore(start, end) && !isBefore(end, start) && !isBefore(start, start));
});

test('a step of the system clock moves the next root span and no span that is under way', async () => {
  const { now } = Date;
  let stepMs = 0;
  Date.now = () => now() + stepMs;
  try {
    // A copy of the module that captures the clock above.
    const copy = '../../../src/runtime/clock.ts?stepped';
    const clock = (await import(copy)) as typeof import('../../../src/runtime/clock.ts');
    const anchor = clock.currentAnchor(clock.monotonicMs());
    for (stepMs of [HOUR_MS, -3 * HOUR_MS, 0]) {
      const before = clock.hrTimeAt(1000, anchor);
      const [seconds] = clock.nowHrTime();
      assert.ok(Math.abs(seconds * 1000 - Date.now()) < 2000, `step ${stepMs}: ${seconds}`);
      assert.deepEqual(clock.hrTimeAt(1000, anchor), before);
    }
  } finally {
    Date.now = now;
  }
});
