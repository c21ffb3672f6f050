import { AssertionError } from 'node:assert';
import type { CollectedTelemetry } from './collect-telemetry.ts';
import type { ExpectedLog, ExpectedMetric, ExpectedSpan } from './expectations.ts';
import { judgeLog, judgeMetric, judgeSpan, type Verdict } from './judge.ts';

/** For `expect.extend(telemetryMatchers)` of vitest and jest. */
export const telemetryMatchers = {
  toHaveSpan: (received: CollectedTelemetry, expected: ExpectedSpan): Verdict => judgeSpan(collected(received), expected),
  toHaveLog: (received: CollectedTelemetry, expected: ExpectedLog): Verdict => judgeLog(collected(received), expected),
  toHaveMetric: (received: CollectedTelemetry, expected: ExpectedMetric): Verdict => judgeMetric(collected(received), expected),
};

/** The types of the matchers, to be added to those of the test runner; see docs/testing.md. */
export interface TelemetryMatchers<R = void> {
  toHaveSpan(expected: ExpectedSpan): R;
  toHaveLog(expected: ExpectedLog): R;
  toHaveMetric(expected: ExpectedMetric): R;
}

/**
 * The same for `node:test` and any other runner: `expectTelemetry(telemetry).toHaveSpan({ name: 'load cart' })`.
 *
 * @throws AssertionError that says what was there.
 */
export function expectTelemetry(telemetry: CollectedTelemetry): TelemetryMatchers & { readonly not: TelemetryMatchers } {
  collected(telemetry);
  return { ...assertions(telemetry, true), not: assertions(telemetry, false) };
}

function assertions(telemetry: CollectedTelemetry, wanted: boolean): TelemetryMatchers {
  const check = ({ pass, message }: Verdict, stackStartFn: (expected: never) => void): void => {
    if (pass !== wanted) throw new AssertionError({ message: message(), operator: stackStartFn.name, stackStartFn });
  };
  return {
    toHaveSpan: function toHaveSpan(expected) {
      check(judgeSpan(telemetry, expected), toHaveSpan);
    },
    toHaveLog: function toHaveLog(expected) {
      check(judgeLog(telemetry, expected), toHaveLog);
    },
    toHaveMetric: function toHaveMetric(expected) {
      check(judgeMetric(telemetry, expected), toHaveMetric);
    },
  };
}

function collected(received: CollectedTelemetry): CollectedTelemetry {
  if (!Array.isArray((received as CollectedTelemetry | undefined)?.spans))
    throw new TypeError('A telemetry matcher must get what collectTelemetry() returned.');
  return received;
}
