/** Series of exponential histograms, which begin with the finest buckets and make them wider when they become too many. */
import type { Attributes, Context } from '@opentelemetry/api';
import { bucketIndexOf, GrowingBuckets, MAX_SCALE } from './exponential-buckets.ts';
import type { ExemplarReservoir } from './exemplars.ts';
import type { ExponentialPoint, MetricWriter } from '../../otlp/metric-writer.ts';
import { Series, type SeriesOwner } from './series.ts';

export interface ExponentialShape {
  /** Most buckets for values of one sign. */
  readonly size: number;
  readonly hasSum: boolean;
  readonly hasMinMax: boolean;
}

export class ExponentialSeries extends Series implements ExponentialPoint {
  readonly positive = new GrowingBuckets();
  readonly negative = new GrowingBuckets();
  readonly #shape: ExponentialShape;
  count = 0;
  zeroCount = 0;
  #scale = MAX_SCALE;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(owner: SeriesOwner, attributes: Attributes, reservoir: ExemplarReservoir | undefined, shape: ExponentialShape) {
    super(owner, attributes, reservoir);
    this.#shape = shape;
  }

  /** 0 where there are no buckets. */
  get scale(): number {
    return this.count === this.zeroCount ? 0 : this.#scale;
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
    this.count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (value === 0) this.zeroCount++;
    else this.#addTo(value > 0 ? this.positive : this.negative, Math.abs(value));
    if (this.reservoir !== undefined) this.reservoir.offer(0, value, attributes, context, this.known);
  }

  #addTo(buckets: GrowingBuckets, value: number): void {
    const change = buckets.changeFor(bucketIndexOf(value, this.#scale), this.#shape.size);
    if (change > 0) {
      this.positive.downscale(change);
      this.negative.downscale(change);
      this.#scale -= change;
    }
    buckets.add(bucketIndexOf(value, this.#scale));
  }

  /** One value for each time that it was observed. */
  observe(value: number): void {
    this.record(value, undefined, undefined);
  }

  write(writer: MetricWriter): void {
    writer.exponentialPoint(this);
  }

  clear(): void {
    this.positive.clear();
    this.negative.clear();
    this.count = 0;
    this.zeroCount = 0;
    this.#scale = MAX_SCALE;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
    this.reservoir?.clear();
  }
}
