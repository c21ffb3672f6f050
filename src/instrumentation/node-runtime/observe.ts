import type { Attributes, Meter, MetricOptions, Observable } from '@opentelemetry/api';

export interface MetricDefinition extends MetricOptions {
  readonly name: string;
}

export type ObservableKind = 'ObservableGauge' | 'ObservableCounter' | 'ObservableUpDownCounter';

export type Observe = (instrument: Observable, value: number, attributes?: Attributes) => void;

/** What is measured together: instruments, and what is read at each collection. */
export interface Observation<Name extends string> {
  readonly instruments: Readonly<Record<Name, readonly [ObservableKind, MetricDefinition]>>;
  readonly read: (observe: Observe, instruments: Readonly<Record<Name, Observable>>) => void;
}

/** Have `read` called at each collection, until the returned function is. */
export function observeTogether<Name extends string>(meter: Meter, { instruments, read }: Observation<Name>): () => void {
  const made = Object.fromEntries(
    Object.entries<readonly [ObservableKind, MetricDefinition]>(instruments).map(([key, [kind, { name, ...options }]]) => [
      key,
      meter[`create${kind}`](name, options),
    ]),
  ) as Record<Name, Observable>;
  const observables = Object.values<Observable>(made);
  const callback: Parameters<Meter['addBatchObservableCallback']>[0] = (result) =>
    read((instrument, value, attributes) => result.observe(instrument, value, attributes), made);
  meter.addBatchObservableCallback(callback, observables);
  return () => meter.removeBatchObservableCallback(callback, observables);
}
