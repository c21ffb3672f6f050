/**
 * What a collection tells whoever writes it down: a metric, then its points, one call each. Nothing is built in between, so
 * that ten thousand series cost little more than the bytes that they become.
 *
 * All objects belong to the engine and change afterwards: read them during the call. `SeriesLabels` and `MetricDescriptor`
 * are the same objects at the next collection, so that a writer can remember what it made of them.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Scope } from './types.ts';

export type MetricType = 'sum' | 'gauge' | 'histogram' | 'exponential_histogram';

export interface MetricDescriptor {
  /** As the application or a view named it. */
  readonly name: string;
  /** Empty without one. */
  readonly description: string;
  /** Of UCUM; empty without one. */
  readonly unit: string;
  readonly type: MetricType;
  /** Of sums: a counter's never falls. */
  readonly isMonotonic: boolean;
  /** Of all but gauges: since the start, or since the last collection of the same reader. */
  readonly temporality: 'cumulative' | 'delta';
  /** The values of number points are whole. */
  readonly isInteger: boolean;
}

/** What tells a series from the others of its metric. Each writer has a place for what it made of the attributes. */
export interface SeriesLabels {
  /** Made plain: scalars, and lists of scalars. Not redacted. */
  readonly attributes: Attributes;
  /** KeyValues in protobuf. */
  protobuf: Uint8Array | undefined;
  /** KeyValues in JSON. */
  json: string | undefined;
  /** Name and labels in the text formats of Prometheus. */
  text: Uint8Array | undefined;
}

/** One measurement that stands for others, and the span in which it was made. */
export interface Exemplar {
  readonly value: number;
  /** Unix time. */
  readonly timeMs: number;
  /** Empty when no span was active. */
  readonly traceId: string;
  readonly spanId: string;
  /** Those of the measurement that its series does not have. Not redacted. */
  readonly attributes: Attributes;
}

/** What all points have. Times are Unix times. */
export interface Point {
  readonly labels: SeriesLabels;
  readonly startMs: number;
  readonly endMs: number;
  /** Empty for most points. Those of explicit histograms come in the order of their buckets. */
  readonly exemplars: readonly Exemplar[];
}

export interface NumberPoint extends Point {
  readonly value: number;
}

interface Distribution extends Point {
  readonly count: number;
  /** `undefined` where values may be negative, which makes a sum that falls. */
  readonly sum: number | undefined;
  /** `undefined` when they are not recorded. */
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface HistogramPoint extends Distribution {
  /** Upper bounds, inclusive, in rising order. */
  readonly bounds: readonly number[];
  /** One more than there are bounds, each for its own bucket: not added up. Empty when there are no buckets. */
  readonly counts: ArrayLike<number>;
}

/** Buckets of an exponential histogram: `counts[i]` is of values in (base^(offset + i), base^(offset + i + 1)]. */
export interface ExponentialBuckets {
  readonly offset: number;
  readonly counts: ArrayLike<number>;
}

export interface ExponentialPoint extends Distribution {
  /** base = 2^(2^-scale). */
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
}

/**
 * Called in this order: for each metric with at least one point `metric`, then the method for its type once a point, then
 * `endMetric`. Metrics of one scope come together. All of it happens at once, so that nothing is recorded in between.
 * What a method throws costs the rest of that metric, and nothing else.
 */
export interface MetricWriter {
  metric(scope: Scope, descriptor: MetricDescriptor): void;
  /** Of a sum or a gauge. */
  numberPoint(point: NumberPoint): void;
  histogramPoint(point: HistogramPoint): void;
  exponentialPoint(point: ExponentialPoint): void;
  endMetric(): void;
}

/** What a scrape collects from. Cumulative, and of its own: another reader's collections change nothing here. */
export interface MetricSource {
  /**
   * Ask all callbacks, then write down everything. Never rejects.
   *
   * @param options.limitMs - a callback that has not answered by then is waited for no longer. Default: the time limit of the settings.
   */
  collect(writer: MetricWriter, options?: { readonly limitMs?: number }): Promise<void>;
  /** The same at once: a callback that answers by a promise is not waited for. */
  collectNow(writer: MetricWriter): void;
}
