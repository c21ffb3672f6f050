/** A series: one set of attributes of a metric, and what was recorded with it. Each is its own point when it is written down. */
import type { Attributes, Context } from '@opentelemetry/api';
import { NO_EXEMPLARS, type ExemplarReservoir } from './exemplars.ts';
import type { Exemplar, MetricWriter, Point, SeriesLabels } from '../../otlp/metric-writer.ts';

/** What takes measurements: a series here, the main thread's in a worker thread. */
export interface Recorder {
  record(value: number, attributes: Attributes | undefined, context: Context | undefined): void;
}

/** What a series asks of the stream that it belongs to. */
export interface SeriesOwner {
  /** Called when something is recorded for the first time, or for the first time in an interval. Returns whether there was room. */
  activate(series: Series): boolean;
  /** Takes what there is no room for. */
  readonly overflow: Series;
  /** Whether series lack attributes of their measurements, which exemplars then have. */
  readonly isFiltered: boolean;
}

export abstract class Series implements Point, Recorder {
  readonly labels: SeriesLabels;
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
  readonly owner: SeriesOwner;
  readonly reservoir: ExemplarReservoir | undefined;
  startMs = 0;
  endMs = 0;
  exemplars: readonly Exemplar[] = NO_EXEMPLARS;
  /** Something was recorded: since the start, or in this interval. */
  isActive = false;
  /** Whether it is still found by its attributes. */
  isListed = false;

  constructor(owner: SeriesOwner, attributes: Attributes, reservoir: ExemplarReservoir | undefined) {
    this.owner = owner;
    this.labels = { attributes, protobuf: undefined, json: undefined, text: undefined };
    this.keys = Object.keys(attributes);
    this.values = Object.values(attributes);
    this.reservoir = reservoir;
  }

  /** Attributes of the series, where exemplars have more. */
  get known(): Attributes | undefined {
    return this.owner.isFiltered || this === this.owner.overflow ? this.labels.attributes : undefined;
  }

  abstract record(value: number, attributes: Attributes | undefined, context: Context | undefined): void;
  /** Take over what a callback observed, in the place of what it was. */
  abstract observe(value: number): void;
  abstract write(writer: MetricWriter): void;
  /** Begin an interval. */
  abstract clear(): void;
}
