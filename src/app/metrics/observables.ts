/** Instruments that are asked for their values at each collection. */
import type { Attributes, Meter, Observable, ObservableCallback, ObservableResult } from '@opentelemetry/api';
import { contained } from '../../runtime/contain.ts';
import { telemetryStart } from '../../runtime/telemetry-start.ts';
import { findMeter } from './binding.ts';
import { metricOptions, type InstrumentOptions } from './instruments.ts';

/** Called at each collection; may return a promise. What it throws costs this instrument one collection, and is said. */
export type Observe<A extends Attributes = Attributes> = (result: ObservableResult<A>) => void | Promise<void>;

export interface Observation {
  /** Ask no more; its series end. */
  stop(): void;
}

/**
 * A counter whose total is known elsewhere: `observe` is asked for it at each collection. Otherwise as `counter`: it can
 * be made before telemetry starts, never throws, and does nothing when no telemetry runs.
 *
 * The options may be left out: `observableGauge('pool.free', (result) => …)`.
 *
 * @example observableGauge('pool.free', { unit: '{connection}' }, (result) => result.observe(pool.idleCount));
 */
export function observableCounter<A extends Attributes = Attributes>(name: string, observe: Observe<A>): Observation;
export function observableCounter<A extends Attributes = Attributes>(
  name: string,
  options: InstrumentOptions,
  observe: Observe<A>,
): Observation;
export function observableCounter(name: string, ...rest: Rest): Observation {
  const { observe, options } = readRest(rest);
  return observing((meter) => meter.createObservableCounter(name, metricOptions(options)), observe);
}

/** The same of a sum that also falls: what a pool holds. Series of it can be added up. */
export function observableUpDownCounter<A extends Attributes = Attributes>(name: string, observe: Observe<A>): Observation;
export function observableUpDownCounter<A extends Attributes = Attributes>(
  name: string,
  options: InstrumentOptions,
  observe: Observe<A>,
): Observation;
export function observableUpDownCounter(name: string, ...rest: Rest): Observation {
  const { observe, options } = readRest(rest);
  return observing((meter) => meter.createObservableUpDownCounter(name, metricOptions(options)), observe);
}

/** The same of a value that cannot be added up: a rate, a temperature. */
export function observableGauge<A extends Attributes = Attributes>(name: string, observe: Observe<A>): Observation;
export function observableGauge<A extends Attributes = Attributes>(
  name: string,
  options: InstrumentOptions,
  observe: Observe<A>,
): Observation;
export function observableGauge(name: string, ...rest: Rest): Observation {
  const { observe, options } = readRest(rest);
  return observing((meter) => meter.createObservableGauge(name, metricOptions(options)), observe);
}

type Rest = readonly [Observe] | readonly [InstrumentOptions, Observe];

/** The options may be left out. */
function readRest([first, second]: Rest): { options: InstrumentOptions; observe: ObservableCallback } {
  return typeof first === 'function' ? { options: {}, observe: first } : { options: first, observe: second as ObservableCallback };
}

function observing(make: (meter: Meter) => Observable, observe: ObservableCallback): Observation {
  let instrument: Observable | undefined;
  let isStopped = false;
  const bind = (): void => {
    if (isStopped || instrument !== undefined) return;
    const meter = findMeter();
    if (meter === undefined) {
      if (!telemetryStart.isOff) telemetryStart.waiting.add(bind);
      return;
    }
    try {
      instrument = make(meter);
      instrument.addCallback(observe);
    } catch (error) {
      contained('observing a metric', error);
    }
  };
  bind();
  return {
    stop() {
      isStopped = true;
      telemetryStart.waiting.delete(bind);
      try {
        instrument?.removeCallback(observe);
      } catch (error) {
        contained('observing a metric no more', error);
      }
    },
  };
}
