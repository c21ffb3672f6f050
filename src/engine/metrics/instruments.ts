/**
 * The instruments that applications hold. No call throws whatever it is given: values that are not finite numbers are
 * ignored, a BigInt counts as a number, and so are negative ones where a sum may not fall.
 */
import type { Attributes, Context, Observable, ObservableCallback } from '@opentelemetry/api';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { BIND, type BoundInstrument } from '../../runtime/bound-instruments.ts';
import { contained } from '../../runtime/contain.ts';
import { amountOf, cleanMetricAttributes } from './clean-measurement.ts';
import type { Observed, Observers } from './observers.ts';
import type { Recorder } from './series.ts';

/** What was recorded by others than signalbox itself. */
export interface Activity {
  recorded: number;
  hasObservers: boolean;
}

/** What an instrument records into. */
export interface Recording extends Recorder {
  /** The series of these attributes, which takes measurements as long as it `isListed`. */
  find(attributes: Attributes | undefined): Recorder & { readonly isListed: boolean };
}

export interface Instrument extends Observed {
  readonly activity: Activity;
  readonly reporter: Reporter;
  /** Replaced when a reader is added; `undefined` before something was recorded. */
  recordings: readonly Recording[] | undefined;
  /** Sets `recordings`. @throws when what it needs cannot be loaded. */
  open(): readonly Recording[];
}

type Write = (value: number, attributes?: Attributes, context?: Context) => void;
type Bind = (attributes?: Attributes) => BoundInstrument;

export interface AddingInstrument {
  readonly add: Write;
  readonly [BIND]: Bind;
}

export interface RecordingInstrument {
  readonly record: Write;
  readonly [BIND]: Bind;
}

// The same twice: each sees one kind of series then, which is faster than a function that sees them all.
export function createAdding(instrument: Instrument): AddingInstrument {
  const add: Write = (value, attributes, context) => {
    try {
      let amount: number | undefined = value;
      if (!isAmount(value) || (instrument.spec.isMonotonic && value < 0)) amount = amountOf(instrument, value, instrument.reporter);
      if (amount === undefined) return;
      if (instrument.spec.isInteger) amount = Math.trunc(amount);
      const recordings = instrument.recordings ?? instrument.open();
      instrument.activity.recorded++;
      for (let i = 0; i < recordings.length; i++) (recordings[i] as Recording).find(attributes).record(amount, attributes, context);
    } catch (error) {
      contained('recording a measurement', error);
    }
  };
  return { add, [BIND]: (attributes) => bind(instrument, attributes) };
}

export function createRecording(instrument: Instrument): RecordingInstrument {
  const record: Write = (value, attributes, context) => {
    try {
      let amount: number | undefined = value;
      if (!isAmount(value) || (instrument.spec.isMonotonic && value < 0)) amount = amountOf(instrument, value, instrument.reporter);
      if (amount === undefined) return;
      if (instrument.spec.isInteger) amount = Math.trunc(amount);
      const recordings = instrument.recordings ?? instrument.open();
      instrument.activity.recorded++;
      for (let i = 0; i < recordings.length; i++) (recordings[i] as Recording).find(attributes).record(amount, attributes, context);
    } catch (error) {
      contained('recording a measurement', error);
    }
  };
  return { record, [BIND]: (attributes) => bind(instrument, attributes) };
}

/** @see bound-instruments.ts */
function bind(instrument: Instrument, given: Attributes | undefined): BoundInstrument {
  const attributes = cleanMetricAttributes(given);
  let recordings: readonly Recording[] | undefined;
  let first: ReturnType<Recording['find']> | undefined;

  function recordSlowly(amount: number, context: Context | undefined): void {
    recordings = instrument.recordings ?? instrument.open();
    first = recordings.length === 1 ? recordings[0]?.find(attributes) : undefined;
    if (first !== undefined) return first.record(amount, attributes, context);
    for (const recording of recordings) recording.record(amount, attributes, context);
  }

  return {
    record(value, context) {
      try {
        let amount: number | undefined = value;
        if (!isAmount(value) || (instrument.spec.isMonotonic && value < 0)) amount = amountOf(instrument, value, instrument.reporter);
        if (amount === undefined) return;
        if (instrument.spec.isInteger) amount = Math.trunc(amount);
        instrument.activity.recorded++;
        if (first !== undefined && first.isListed && recordings === instrument.recordings) first.record(amount, attributes, context);
        else recordSlowly(amount, context);
      } catch (error) {
        contained('recording a measurement', error);
      }
    },
  };
}

/** Of infinities and NaN the difference is NaN. */
function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value - value === 0;
}

/** An observable instrument. */
export class ObservableInstrument implements Observable {
  readonly #observed: Observed & { readonly activity: Activity };
  readonly #observers: () => Observers;

  /** @param observers - called when there is a callback. */
  constructor(observed: Observed & { readonly activity: Activity }, observers: () => Observers) {
    this.#observed = observed;
    this.#observers = observers;
  }

  /** What is inside; `undefined` for anything else. */
  static inside(value: unknown): (Observed & { readonly activity: Activity }) | undefined {
    return typeof value === 'object' && value !== null && #observed in value ? value.#observed : undefined;
  }

  addCallback(callback: ObservableCallback): void {
    if (typeof callback !== 'function') return;
    this.#observed.activity.hasObservers = true;
    this.#observers().add(callback, this.#observed);
  }

  removeCallback(callback: ObservableCallback): void {
    if (typeof callback === 'function') this.#observers().remove(callback, this.#observed);
  }
}
