/** The instruments of `signalbox/metrics`: those of the OpenTelemetry API, which can be made and used before there is a provider. */
import type * as api from '@opentelemetry/api';
import type { Attributes, Context, Meter, MetricOptions } from '@opentelemetry/api';
import { BIND, type Bindable, type BoundInstrument } from '../../runtime/bound-instruments.ts';
import { contained } from '../../runtime/contain.ts';
import { createBinding, type Write } from './binding.ts';
import { hasEarly, hasRoom, keepEarly, recordEarly } from './early-measurements.ts';
import { ownAttributes, ownOptions } from './own-copy.ts';

export interface InstrumentOptions {
  readonly description?: string;
  /** In UCUM: `s`, `By`, `{order}`. */
  readonly unit?: string;
}

export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds in rising order. Default: those of OpenTelemetry, 0 to 10,000. */
  readonly buckets?: readonly number[];
}

/** One series of a counter: the attributes are looked at once, when they are bound. */
export interface BoundCounter {
  add(value: number, context?: Context): void;
}

/** One series, as `BoundCounter`. */
export interface BoundUpDownCounter {
  add(value: number, context?: Context): void;
}

/** One series, as `BoundCounter`. */
export interface BoundGauge {
  record(value: number, context?: Context): void;
}

/** One series, as `BoundCounter`. */
export interface BoundHistogram {
  record(value: number, context?: Context): void;
}

/** See `counter()`. */
export interface Counter<A extends Attributes = Attributes> {
  add(value: number, attributes?: A, context?: Context): void;
  bind(attributes: A): BoundCounter;
}

/** See `upDownCounter()`. */
export interface UpDownCounter<A extends Attributes = Attributes> {
  add(value: number, attributes?: A, context?: Context): void;
  bind(attributes: A): BoundUpDownCounter;
}

/** See `gauge()`. */
export interface Gauge<A extends Attributes = Attributes> {
  record(value: number, attributes?: A, context?: Context): void;
  bind(attributes: A): BoundGauge;
}

/** See `histogram()`. */
export interface Histogram<A extends Attributes = Attributes> {
  record(value: number, attributes?: A, context?: Context): void;
  bind(attributes: A): BoundHistogram;
}

/**
 * A value that only grows: requests, bytes, errors.
 *
 * Never throws, whatever it is given. Records nothing when no telemetry runs; what is recorded before it starts is kept
 * (at most 1024 measurements, for 10 s). Values below 0 and those that are no finite number are ignored.
 *
 * @example const orders = counter('shop.orders', { unit: '{order}' });
 * orders.add(1, { channel: 'web' });
 */
export function counter<A extends Attributes = Attributes>(name: string, options?: InstrumentOptions): Counter<A> {
  return adding<A>((meter) => meter.createCounter(name, metricOptions(options)));
}

/** A value that grows and falls by steps: items in a queue, requests under way. Otherwise as `counter`. */
export function upDownCounter<A extends Attributes = Attributes>(name: string, options?: InstrumentOptions): UpDownCounter<A> {
  return adding<A>((meter) => meter.createUpDownCounter(name, metricOptions(options)));
}

/** A value that is set: a temperature, a rate. Otherwise as `counter`, with values below 0. */
export function gauge<A extends Attributes = Attributes>(name: string, options?: InstrumentOptions): Gauge<A> {
  return recording<A>((meter) => meter.createGauge(name, metricOptions(options)));
}

/** How values are spread: durations in seconds, sizes in bytes. Otherwise as `counter`. */
export function histogram<A extends Attributes = Attributes>(name: string, options?: HistogramOptions): Histogram<A> {
  return recording<A>((meter) => meter.createHistogram(name, metricOptions(options)));
}

/** @internal What is not an object has no options; the provider judges what stands in it. */
export function metricOptions(options: HistogramOptions | undefined): MetricOptions {
  const { buckets, description, unit } = ownOptions(options);
  return {
    ...(description === undefined ? {} : { description }),
    ...(unit === undefined ? {} : { unit }),
    ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: buckets as number[] } }),
  };
}

/**
 * Add 1 to an upDownCounter for something that is under way.
 *
 * @internal
 * @returns what takes it away again: once, and only when it was recorded or is kept.
 */
export function begin(instrument: UpDownCounter, attributes: Attributes): () => void {
  const write = writers.get(instrument);
  const frozen = ownAttributes(attributes);
  let isOpen = write?.(1, frozen, undefined) === true;
  return () => {
    if (isOpen) write?.(-1, frozen, undefined, true);
    isOpen = false;
  };
}

/** @param isSecond - of a pair of which the first was recorded: kept beyond the limit. */
type TryWrite = (value: number, attributes?: Attributes, context?: Context, isSecond?: boolean) => boolean;
const writers = new WeakMap<object, TryWrite>();

function adding<A extends Attributes>(make: (meter: Meter) => api.Counter | api.UpDownCounter): Counter<A> {
  const { bind, write } = writable(make, (instrument, value, attributes, context) => instrument.add(value, attributes, context));
  const instrument: Counter<A> = {
    add: (value, attributes, context) => void write(value, attributes, context),
    bind: (attributes) => ({ add: bind(attributes) }),
  };
  writers.set(instrument, write);
  return instrument;
}

function recording<A extends Attributes>(make: (meter: Meter) => api.Histogram | api.Gauge): Histogram<A> {
  const { bind, write } = writable(make, (instrument, value, attributes, context) => instrument.record(value, attributes, context));
  return {
    record: (value, attributes, context) => void write(value, attributes, context),
    bind: (attributes) => ({ record: bind(attributes) }),
  };
}

type WriteTo<Instrument> = (instrument: Instrument, value: number, attributes?: Attributes, context?: Context) => void;

interface Writable {
  /** @returns whether it was recorded, or is kept until there is a provider. */
  readonly write: TryWrite;
  bind(attributes: Attributes): (value: number, context?: Context) => void;
}

function writable<Instrument extends object>(make: (meter: Meter) => Instrument, writeTo: WriteTo<Instrument>): Writable {
  const find = createBinding(make);
  const late: Write = (value, attributes, context) => {
    const instrument = find();
    if (instrument !== undefined) writeTo(instrument, value, attributes, context);
  };
  return {
    write(given, attributes, context, isSecond = false) {
      const value = Number.isFinite(given) ? given : finite(given);
      if (value === undefined) return false;
      const instrument = find();
      if (instrument === undefined) {
        const isKept = hasRoom(isSecond);
        if (isKept) keepEarly({ write: late, value, attributes: ownAttributes(attributes), context });
        return isKept;
      }
      try {
        if (hasEarly()) recordEarly();
        writeTo(instrument, value, attributes, context);
      } catch (error) {
        contained('recording a measurement', error);
      }
      return true;
    },
    bind(attributes) {
      const frozen = ownAttributes(attributes);
      let boundTo: Instrument | undefined;
      let series: BoundInstrument | undefined;
      return (given, context) => {
        const value = Number.isFinite(given) ? given : finite(given);
        if (value === undefined) return;
        const instrument = find();
        if (instrument === undefined) {
          if (hasRoom(false)) keepEarly({ write: late, value, attributes: frozen, context });
          return;
        }
        try {
          if (hasEarly()) recordEarly();
          if (instrument !== boundTo) {
            series = (instrument as Bindable)[BIND]?.(frozen);
            boundTo = instrument;
          }
          if (series === undefined) writeTo(instrument, value, frozen, context);
          else series.record(value, context);
        } catch (error) {
          contained('recording a measurement', error);
        }
      };
    },
  };
}

/** Of a BigInt the number; one NaN would spoil a sum for ever. */
function finite(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}
