/** A metric as one kind of reader sees it: a descriptor, and a series for each set of attributes. */
import type { Attributes, Context } from '@opentelemetry/api';
import { OTEL_METRIC_OVERFLOW } from '../../names/attributes.ts';
import type { Scope } from '../../otlp/types.ts';
import { identityOf } from '../../values/identity.ts';
import type { PlainMap } from '../../values/plain-value.ts';
import { AttributePaths, hasPath, isSamePath } from './attribute-paths.ts';
import { cleanMetricAttributes, readPlain } from './clean-measurement.ts';
import type { ExemplarReservoir } from './exemplars.ts';
import type { MetricDescriptor, MetricWriter } from '../../otlp/metric-writer.ts';
import type { Recording } from './instruments.ts';
import type { Series, SeriesOwner } from './series.ts';

const now = Date.now;
const NONE: Attributes = {};
/** Branches of paths that are kept, for each series that there may be: some for each of its attributes, and for other orders. */
const BRANCHES_A_SERIES = 16;

export interface StreamOptions {
  readonly scope: Scope;
  readonly descriptor: MetricDescriptor;
  /** Most series, the one for what goes beyond included. At least 2. */
  readonly limit: number;
  /** The description is a view's. */
  readonly hasOwnDescription: boolean;
  /** Which attributes tell series apart; `undefined` for all. */
  readonly keeps: ((key: string) => boolean) | undefined;
  readonly createSeries: (owner: SeriesOwner, attributes: Attributes, reservoir: ExemplarReservoir | undefined) => Series;
  readonly createReservoir: () => ExemplarReservoir | undefined;
  /** Called for each new series. */
  readonly onGrowth: (stream: Measured) => void;
  /** Called when a measurement found no room for the first time. */
  readonly onOverflow: () => void;
  /** Called when reading attributes threw. */
  readonly onUnreadable: (metric: string, error: unknown) => void;
}

/** What is said of a stream that grows. */
export interface Measured {
  readonly descriptor: MetricDescriptor;
  readonly limit: number;
  /** Series in use; the limit when there was no room for one. */
  readonly size: number;
  /** Of the series in use. */
  readonly attributeSets: readonly Attributes[];
}

export class Stream implements SeriesOwner, Recording, Measured {
  readonly scope: Scope;
  readonly isFiltered: boolean;
  readonly overflow: Series;
  descriptor: MetricDescriptor;
  /** Measurements that found no room, since the start. */
  overflowed = 0;
  readonly #series = new Map<string, Series>();
  #lastCollectedMs = 0;
  readonly #options: StreamOptions;
  readonly #paths: AttributePaths<Series>;
  #last: Series | undefined = undefined;
  /** Series in use. */
  #active = 0;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.scope = options.scope;
    this.descriptor = options.descriptor;
    this.isFiltered = options.keeps !== undefined;
    this.#paths = new AttributePaths(options.limit * BRANCHES_A_SERIES);
    this.overflow = options.createSeries(this, { [OTEL_METRIC_OVERFLOW]: true }, options.createReservoir());
  }

  get limit(): number {
    return this.#options.limit;
  }

  get size(): number {
    return this.overflow.isActive ? this.limit : this.#active;
  }

  get hasOwnDescription(): boolean {
    return this.#options.hasOwnDescription;
  }

  get attributeSets(): readonly Attributes[] {
    return Array.from(this.#series.values())
      .filter(({ isActive }) => isActive)
      .map(({ labels }) => labels.attributes);
  }

  record(value: number, attributes: Attributes | undefined, context: Context | undefined): void {
    this.find(attributes).record(value, attributes, context);
  }

  find(attributes: Attributes | undefined): Series {
    try {
      if (attributes === undefined) attributes = NONE;
      if (!hasPath(attributes)) return this.#resolve(cleanMetricAttributes(attributes));
      const last = this.#last;
      if (last !== undefined && isSamePath(attributes, last.keys, last.values)) return last;
      const found = this.#paths.find(attributes) ?? this.#learn(attributes);
      if (found.isListed) this.#last = found;
      return found;
    } catch (unreadable) {
      this.#options.onUnreadable(this.descriptor.name, unreadable);
      return this.#resolve(cleanMetricAttributes(attributes));
    }
  }

  #learn(attributes: Attributes): Series {
    const plain = readPlain(attributes);
    if (plain === undefined) return this.#resolve(cleanMetricAttributes(attributes));
    const series = this.#resolve(plain);
    if (series.isListed) this.#paths.learn(plain, series);
    return series;
  }

  /** @param attributes - clean. */
  #resolve(attributes: Attributes): Series {
    const { keeps, limit, createSeries, createReservoir } = this.#options;
    const kept = keptOf(attributes, keeps);
    const key = identityOf(kept as PlainMap);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    // Those of the last interval may still be there.
    if (this.#series.size >= (this.descriptor.temporality === 'delta' ? 2 * limit : limit - 1)) {
      // Asked for anew with each measurement: it is not listed.
      this.#countOverflow();
      return this.overflow;
    }
    const series = createSeries(this, kept, createReservoir());
    series.isListed = true;
    this.#series.set(key, series);
    return series;
  }

  #countOverflow(): void {
    if (this.overflowed++ === 0) this.#options.onOverflow();
  }

  activate(series: Series): boolean {
    if (series !== this.overflow) {
      if (this.#active >= this.limit - 1) {
        this.#countOverflow();
        return false;
      }
      this.#active++;
    }
    series.isActive = true;
    this.#options.onGrowth(this);
    // One that was in the last collection goes on from there.
    series.startMs = series.endMs !== 0 && series.endMs === this.#lastCollectedMs ? series.endMs : now();
    return true;
  }

  /** @param after - number of the last exemplar that is left out. */
  write(writer: MetricWriter, timeMs: number, after: number): void {
    const isDelta = this.descriptor.temporality === 'delta';
    try {
      this.#writeActive(writer, timeMs, after);
    } finally {
      if (isDelta) this.#beginInterval(timeMs);
      this.#lastCollectedMs = timeMs;
    }
  }

  #writeActive(writer: MetricWriter, timeMs: number, after: number): void {
    if (this.#active === 0 && !this.overflow.isActive) return;
    writer.metric(this.scope, this.descriptor);
    for (const series of this.#series.values()) if (series.isActive) writeSeries(series, writer, timeMs, after);
    if (this.overflow.isActive) writeSeries(this.overflow, writer, timeMs, after);
    writer.endMetric();
  }

  #beginInterval(timeMs: number): void {
    const isCrowded = this.#series.size > this.limit;
    for (const [key, series] of this.#series) {
      if (series.isActive) begin(series, timeMs);
      else if (isCrowded) {
        series.isListed = false;
        this.#series.delete(key);
      }
    }
    if (isCrowded) {
      this.#paths.forget();
      this.#last = undefined;
    }
    if (this.overflow.isActive) begin(this.overflow, timeMs);
    this.#active = 0;
  }
}

export function keptOf(attributes: Attributes, keeps: StreamOptions['keeps']): Attributes {
  return keeps === undefined ? attributes : Object.fromEntries(Object.entries(attributes).filter(([key]) => keeps(key)));
}

export function writeSeries(series: Series, writer: MetricWriter, timeMs: number, after: number): void {
  series.endMs = timeMs;
  // The clock was set back: a backend may refuse what ends before it began.
  if (series.startMs > timeMs) series.startMs = timeMs;
  if (series.reservoir !== undefined) series.exemplars = series.reservoir.collect(after);
  series.write(writer);
}

function begin(series: Series, timeMs: number): void {
  series.clear();
  series.isActive = false;
  series.startMs = timeMs;
}
