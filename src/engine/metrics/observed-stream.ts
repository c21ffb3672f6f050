/**
 * A metric whose values callbacks observe. Each collection begins anew: a set of attributes that is not observed any more is
 * not written any more, whatever the temporality.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/api/#asynchronous-instrument-api
 */
import type { Attributes } from '@opentelemetry/api';
import { OTEL_METRIC_OVERFLOW } from '../../names/attributes.ts';
import type { Scope } from '../../otlp/types.ts';
import { identityOf } from '../../values/identity.ts';
import type { PlainMap } from '../../values/plain-value.ts';
import type { MetricDescriptor, MetricWriter } from '../../otlp/metric-writer.ts';
import type { Series, SeriesOwner } from './series.ts';
import { keptOf, writeSeries, type Measured, type StreamOptions } from './stream.ts';

/** What callbacks observed in one collection, by what tells attributes apart. */
export type Observed = ReadonlyMap<string, Observation>;

export interface Observation {
  /** Clean. */
  readonly attributes: Attributes;
  readonly value: number;
}

/** A series, and what is known of it from the collection before. */
interface Followed {
  readonly series: Series;
  isObserved: boolean;
  isNew: boolean;
  /** What was observed now, and the time before. */
  total: number;
  previous: number;
}

export class ObservedStream implements SeriesOwner, Measured {
  readonly scope: Scope;
  descriptor: MetricDescriptor;
  /** What was observed and found no room, since the start. */
  overflowed = 0;
  readonly isFiltered = false;
  readonly overflow: Series;
  readonly #options: StreamOptions;
  readonly #followed = new Map<string, Followed>();
  #lastCollectedMs = 0;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.scope = options.scope;
    this.descriptor = options.descriptor;
    this.overflow = options.createSeries(this, { [OTEL_METRIC_OVERFLOW]: true }, undefined);
  }

  get limit(): number {
    return this.#options.limit;
  }

  get size(): number {
    return this.#followed.size;
  }

  get hasOwnDescription(): boolean {
    return this.#options.hasOwnDescription;
  }

  get attributeSets(): readonly Attributes[] {
    return Array.from(this.#followed.values(), ({ series }) => series.labels.attributes);
  }

  activate(series: Series): boolean {
    series.isActive = true;
    return true;
  }

  /** @param isUnanswered - a callback had no time to answer: what is not observed keeps its value. */
  write(writer: MetricWriter, timeMs: number, observed: Observed | undefined, isUnanswered: boolean): void {
    if (observed !== undefined) for (const [key, observation] of observed) this.#take(key, observation);
    if (this.#followed.size === 0) return;
    this.#options.onGrowth(this);
    try {
      const series = this.#settle(timeMs, isUnanswered);
      if (series.length === 0) return;
      writer.metric(this.scope, this.descriptor);
      for (const each of series) writeSeries(each, writer, timeMs, 0);
      writer.endMetric();
    } finally {
      for (const followed of this.#followed.values()) {
        followed.previous = followed.total;
        followed.isObserved = false;
        followed.isNew = false;
      }
      this.#lastCollectedMs = timeMs;
    }
  }

  #take(key: string, { attributes, value }: Observation): void {
    const { keeps } = this.#options;
    const kept = keptOf(attributes, keeps);
    const followed = this.#follow(keeps === undefined ? key : identityOf(kept as PlainMap), kept);
    const isMore = followed.isObserved && this.descriptor.type === 'sum';
    followed.total = isMore ? followed.total + value : value;
    followed.isObserved = true;
    if (this.descriptor.type === 'histogram' || this.descriptor.type === 'exponential_histogram') followed.series.observe(value);
  }

  #follow(key: string, attributes: Attributes): Followed {
    const known = this.#followed.get(key);
    if (known !== undefined) return known;
    const isBeyond = this.#followed.size >= this.limit - 1;
    if (isBeyond) {
      if (this.overflowed++ === 0) this.#options.onOverflow();
      const overflow = this.#followed.get('');
      if (overflow !== undefined) return overflow;
    }
    const series = isBeyond ? this.overflow : this.#options.createSeries(this, attributes, undefined);
    const followed: Followed = { series, isObserved: false, isNew: true, total: 0, previous: 0 };
    this.#followed.set(isBeyond ? '' : key, followed);
    return followed;
  }

  /** Forget what was not observed, and work out values and start times. Returns what is to be written. */
  #settle(timeMs: number, isUnanswered: boolean): Series[] {
    const written: Series[] = [];
    const { type, isMonotonic, temporality } = this.descriptor;
    const isDelta = temporality === 'delta';
    for (const [key, followed] of this.#followed) {
      const { series, total, previous, isNew } = followed;
      if (!followed.isObserved) {
        if (!isUnanswered) this.#followed.delete(key);
        else if (!isDelta || type === 'gauge') written.push(series);
        continue;
      }
      written.push(series);
      const isReset = isMonotonic && total < previous;
      if (isNew || (isReset && !isDelta)) series.startMs = timeMs;
      else if (isDelta) series.startMs = this.#lastCollectedMs;
      if (type === 'sum') series.observe(isDelta && !isReset ? total - previous : total);
      else if (type === 'gauge') series.observe(total);
    }
    return written;
  }
}
