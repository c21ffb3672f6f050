/** What a test sees of telemetry: plain objects. */
import type { Attributes } from '@opentelemetry/api';

export interface TestSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly traceId: string;
  readonly spanId: string;
  /** Not set for the root of a trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Attributes }[];
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string | undefined;
  /** Of real time, also under a fake clock. */
  readonly durationMs: number;
  /** Name of the instrumentation that made it; `signalbox` for `withSpan`. */
  readonly scope: string;
}

export interface TestLog {
  readonly body: unknown;
  /** `INFO`, `ERROR` and so on. */
  readonly severity: string | undefined;
  readonly severityNumber: number | undefined;
  readonly eventName: string | undefined;
  readonly attributes: Attributes;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly scope: string;
}

export interface TestMetricPoint {
  readonly attributes: Attributes;
  /** A counter's sum, a gauge's last value, a histogram's sum. */
  readonly value: number;
  /** How many measurements there were. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

export interface TestMetric {
  readonly name: string;
  readonly type: 'counter' | 'upDownCounter' | 'histogram' | 'gauge';
  readonly unit: string;
  readonly description: string;
  readonly points: readonly TestMetricPoint[];
}
