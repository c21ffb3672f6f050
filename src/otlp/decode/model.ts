/**
 * What the receiver makes of OTLP: plain data, the same whichever protocol and encoding it came by.
 *
 * Times are nanoseconds since the Unix epoch. Ids are lower-case hex. A 64-bit integer is a `number` when that is exact and a
 * `bigint` when it is not. In attributes and bodies, bytes are a `Uint8Array`, arrays are arrays, key-value lists are objects,
 * and an empty value is `null`.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto
 */
import type { Signal } from '../../config/config.ts';

export type Attributes = Readonly<Record<string, unknown>>;
export type Integer = number | bigint;

export interface ReceivedScope {
  readonly name: string;
  readonly version: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly schemaUrl?: string;
}

/** Where a record came from. Records of one request share these objects. */
export interface Origin {
  /** Attributes of the resource. */
  readonly resource: Attributes;
  readonly resourceSchemaUrl?: string;
  readonly scope: ReceivedScope;
}

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface ReceivedEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface ReceivedLink {
  /** Empty when the link names no valid span, which the specification allows. */
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

export interface ReceivedSpan extends Origin {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  /** W3C trace flags in the low 8 bits; bits 8 and 9 tell whether the parent is remote. */
  readonly flags: number;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly ReceivedEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly ReceivedLink[];
  readonly droppedLinksCount: number;
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string };
}

export interface ReceivedLog extends Origin {
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  /** 1 to 24, 0 when not given. */
  readonly severityNumber: number;
  readonly severityText: string;
  /** `null` when there is none. */
  readonly body: unknown;
  /** Empty when the record is no event. */
  readonly eventName: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags: number;
}

export interface ReceivedExemplar {
  readonly timeUnixNano: bigint;
  readonly value?: Integer;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly filteredAttributes: Attributes;
}

export interface Point {
  readonly attributes: Attributes;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
  /** Bit 0: no value was recorded. */
  readonly flags: number;
}

export interface NumberPoint extends Point {
  /** Absent when no value was recorded. */
  readonly value?: Integer;
  readonly exemplars: readonly ReceivedExemplar[];
}

export interface HistogramPoint extends Point {
  readonly count: Integer;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  /** Upper bounds; there is one count more than there are bounds. */
  readonly bounds: readonly number[];
  readonly bucketCounts: readonly Integer[];
  readonly exemplars: readonly ReceivedExemplar[];
}

export interface ExponentialBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly Integer[];
}

export interface ExponentialHistogramPoint extends Point {
  readonly count: Integer;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly scale: number;
  readonly zeroCount: Integer;
  readonly zeroThreshold: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
  readonly exemplars: readonly ReceivedExemplar[];
}

export interface SummaryPoint extends Point {
  readonly count: Integer;
  readonly sum: number;
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
}

export type Temporality = 'unspecified' | 'delta' | 'cumulative';

/** What a metric is, by `type`, and its points. */
export type MetricData =
  | { readonly type: 'gauge'; readonly points: readonly NumberPoint[] }
  | { readonly type: 'sum'; readonly monotonic: boolean; readonly temporality: Temporality; readonly points: readonly NumberPoint[] }
  | { readonly type: 'histogram'; readonly temporality: Temporality; readonly points: readonly HistogramPoint[] }
  | {
      readonly type: 'exponentialHistogram';
      readonly temporality: Temporality;
      readonly points: readonly ExponentialHistogramPoint[];
    }
  | { readonly type: 'summary'; readonly points: readonly SummaryPoint[] };

export type ReceivedMetric = Origin & {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
} & MetricData;

/** The record of each signal. */
export interface Records {
  readonly traces: ReceivedSpan;
  readonly metrics: ReceivedMetric;
  readonly logs: ReceivedLog;
}

/** What one request body came to. */
export interface Decoded<S extends Signal> {
  readonly records: Records[S][];
  /** How many spans, log records or data points were malformed and left out. */
  readonly rejected: number;
  /** Why, in one line; empty when nothing was rejected. */
  readonly message: string;
}
