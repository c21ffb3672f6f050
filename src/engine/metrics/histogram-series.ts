/** Series of histograms with explicit bounds. */
import type { Attributes, Context } from '@opentelemetry/api';
import type { ExemplarReservoir } from './exemplars.ts';
import type { HistogramPoint, MetricWriter } from '../../otlp/metric-writer.ts';
import { Series, type SeriesOwner } from './series.ts';

/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#explicit-bucket-histogram-aggregation */
export const DEFAULT_BOUNDS: readonly number[] = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

export interface HistogramShape {
  /** Finite, in rising order. */
  readonly bounds: readonly number[];
  readonly hasSum: boolean;
  readonly hasMinMax: boolean;
}

export class HistogramSeries extends Series implements HistogramPoint {
  readonly bounds: readonly number[];
  readonly counts: number[];
  readonly #shape: HistogramShape;
  count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(owner: SeriesOwner, attributes: Attributes, reservoir: ExemplarReservoir | undefined, shape: HistogramShape) {
    super(owner, attributes, reservoir);
    this.#shape = shape;
    this.bounds = shape.bounds;
    this.counts = Array.from({ length: shape.bounds.length + 1 }, () => 0);
  }

  get sum(): number | undefined {
    return this.#shape.hasSum ? this.#sum : undefined;
  }

  get min(): number | undefined {
    return this.#shape.hasMinMax && this.count > 0 ? this.#min : undefined;
  }

  get max(): number | undefined {
    return this.#shape.hasMinMax && this.count > 0 ? this.#max : undefined;
  }

  record(value: number, attributes: Attributes | undefined, context: Context | undefined): void {
    if (!this.isActive && !this.owner.activate(this)) return this.owner.overflow.record(value, attributes, context);
    const bucket = bucketOf(this.bounds, value);
    (this.counts[bucket] as number)++;
    this.count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.reservoir !== undefined) this.reservoir.offer(bucket, value, attributes, context, this.known);
  }

  /** One value for each time that it was observed. */
  observe(value: number): void {
    this.record(value, undefined, undefined);
  }

  write(writer: MetricWriter): void {
    writer.histogramPoint(this);
  }

  clear(): void {
    this.counts.fill(0);
    this.count = 0;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
    this.reservoir?.clear();
  }
}

/** The first bucket whose bound is not below `value`; the last one has none. */
export function bucketOf(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
