/** Telemetry in tests. Importing it makes this process record for the tests: import it before what you test. */
import { install } from './install.ts';

export { collectTelemetry, type CollectedTelemetry } from './collect-telemetry.ts';
export type { ExpectedLog, ExpectedMetric, ExpectedSpan } from './expectations.ts';
export { expectTelemetry, telemetryMatchers, type TelemetryMatchers } from './matchers.ts';
export type { TestLog, TestMetric, TestMetricPoint, TestSpan } from './records.ts';

install();
