/** Instruments of the catalogue: name, unit, buckets and allowed attribute values are those of its row. */
import { types } from 'node:util';
import type { Attributes, ObservableResult } from '@opentelemetry/api';
import type { AllowedValues, MetricRow } from '../../names/metrics/metric-row.ts';
import { attempt } from '../../runtime/contain.ts';
import { begin, counter, gauge, histogram, upDownCounter, type BoundCounter, type BoundGauge, type BoundHistogram } from './instruments.ts';
import { allowedValue } from './label-values.ts';
import { observableCounter, observableGauge, observableUpDownCounter, type Observation } from './observables.ts';

type ValueOf<Allowed> = Allowed extends readonly (infer Value)[] ? Value : Allowed extends 'status' ? number : string;
/** What a caller may say of a measurement. */
export type Given<Row extends MetricRow> = { readonly [Key in keyof Row['attributes']]?: ValueOf<Row['attributes'][Key]> | undefined };

/** Only keys of the row, and only allowed values. */
export function checked<Row extends MetricRow>(row: Row, given: Given<Row>): Attributes {
  const attributes: Attributes = {};
  for (const [key, allowed] of Object.entries<AllowedValues>(row.attributes)) {
    const value = attempt(() => allowedValue(key, allowed, (given as Readonly<Record<string, unknown>>)[key]));
    if (value !== undefined) attributes[key] = value;
  }
  return Object.freeze(attributes);
}

export interface CounterOf<Row extends MetricRow> {
  add(value: number, given: Given<Row>): void;
  bind(given: Given<Row>): BoundCounter;
}

export function counterOf<Row extends MetricRow>(row: Row): CounterOf<Row> {
  const instrument = counter(row.name, row);
  return {
    add: (value, given) => instrument.add(value, checked(row, given)),
    bind: (given) => instrument.bind(checked(row, given)),
  };
}

export interface RecorderOf<Row extends MetricRow> {
  record(value: number, given: Given<Row>): void;
  bind(given: Given<Row>): BoundGauge | BoundHistogram;
}

export function recorderOf<Row extends MetricRow>(row: Row): RecorderOf<Row> {
  const instrument = row.type === 'gauge' ? gauge(row.name, row) : histogram(row.name, row);
  return {
    record: (value, given) => instrument.record(value, checked(row, given)),
    bind: (given) => instrument.bind(checked(row, given)),
  };
}

/** Of something under way: what is returned says that it is over, once. */
export function activeOf<Row extends MetricRow>(row: Row): (given: Given<Row>) => () => void {
  const instrument = upDownCounter(row.name, row);
  return (given) => begin(instrument, checked(row, given));
}

/** Reports one value; `undefined` reports none. */
export type Report<Row extends MetricRow> = (value: number | undefined, given: Given<Row>) => void;

const OBSERVABLE = {
  counter: observableCounter,
  updowncounter: observableUpDownCounter,
  gauge: observableGauge,
  histogram: observableGauge,
} as const;

/** Asked at each collection. */
export function observe<Row extends MetricRow>(row: Row, ask: (report: Report<Row>) => void | Promise<void>): Observation {
  return OBSERVABLE[row.type](row.name, row, (result: ObservableResult) =>
    ask((value, given) => {
      if (value !== undefined) result.observe(value, checked(row, given));
    }),
  );
}

/** The same of an object that is not kept alive by it: when it is gone, it is asked no more. */
export function observeWeakly<Row extends MetricRow, Target extends object>(
  row: Row,
  target: Target,
  ask: (target: Target, report: Report<Row>) => void | Promise<void>,
): Observation {
  const reference = new WeakRef(target);
  const observation: Observation = observe(row, (report): void | Promise<void> => {
    const alive = reference.deref();
    return alive === undefined ? observation.stop() : ask(alive, report);
  });
  return observation;
}

/** At once, unless it is to come: while a process ends, no promise is waited for. */
export function whenRead<T>(read: () => T | Promise<T>, use: (value: T) => void): void | Promise<void> {
  const value = read();
  return types.isPromise(value) ? value.then(use) : use(value as T);
}

/** A number that is finite, whatever reading it does. */
export function readNumber(read: () => unknown): number | undefined {
  const value = attempt(read);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
