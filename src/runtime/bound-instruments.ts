/**
 * Attribute sets that are bound to an instrument once and recorded many times: what is looked up for each measurement
 * otherwise is found before. Instruments of signalbox's engine offer it; those of others do not.
 *
 * @example const served = counter[BIND]?.({ route: '/orders' });
 */
import type { Attributes, Context } from '@opentelemetry/api';

/** The method of an instrument that binds attributes. The same in every copy of this package. */
export const BIND: unique symbol = Symbol.for('signalbox.metrics.bind') as never;

/** One series of an instrument. */
export interface BoundInstrument {
  /**
   * What `add` of a counter and an upDownCounter, and `record` of a gauge and a histogram do, with the bound attributes.
   * Never throws; ignores the same values.
   *
   * @param context - default: the active one. Says which span an exemplar names.
   */
  record(value: number, context?: Context): void;
}

/** What an instrument may be besides what the API says of it. */
export interface Bindable {
  /** @param attributes - copied; later changes of the object change nothing. Nothing is exported before a value is recorded. */
  [BIND]?(attributes?: Attributes): BoundInstrument;
}
