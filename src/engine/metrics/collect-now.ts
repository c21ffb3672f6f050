/** Collects everything at once, for a process that is ending: as the SDK does, less its promises. */
import { dirname, join } from 'node:path';
import type { Attributes, HrTime } from '@opentelemetry/api';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import { require } from '../../runtime/otel.ts';

const now = Date.now;

/** What of the SDK's collector is used; exact versions are pinned, and a test fails when it changes. */
export interface Collector {
  readonly _sharedState: { readonly meterSharedStates: Map<unknown, MeterState> };
}

export interface MeterState {
  readonly _instrumentationScope: object;
  readonly metricStorageRegistry: {
    getStorages(collector: unknown): Storage[];
  };
  readonly observableRegistry: {
    readonly _callbacks: readonly { callback: (result: Observations) => unknown; instrument: ObservedInstrument }[];
    readonly _batchCallbacks: readonly { callback: (result: BatchObservations) => unknown; instruments: Iterable<ObservedInstrument> }[];
  };
}

export interface Storage {
  collect(collector: unknown, time: HrTime): MetricData | undefined;
  readonly _instrumentDescriptor: { readonly name: string };
  /** What was recorded since the last collection. */
  readonly _deltaMetricStorage: { readonly _activeCollectionStorage: AttributeMap };
}

export interface AttributeMap {
  readonly size: number;
  /** Attributes with their hash. */
  keys(): IterableIterator<[Attributes, string]>;
}

interface ObservedInstrument {
  readonly _descriptor: { readonly name: string; readonly valueType: number };
  readonly _metricStorages: readonly { record(measurements: unknown, time: HrTime): void }[];
}

interface Observations {
  readonly _buffer: unknown;
}

interface BatchObservations {
  readonly _buffer: Map<ObservedInstrument, unknown>;
}

interface ObservableResults {
  readonly ObservableResultImpl: new (name: string, valueType: number) => Observations;
  readonly BatchObservableResultImpl: new () => BatchObservations;
}

export function collectNow(collector: Collector, onMetric: (scope: object, metric: MetricData) => void): void {
  const milliseconds = now();
  const time: HrTime = [Math.trunc(milliseconds / 1000), (milliseconds % 1000) * 1e6];
  for (const { metricStorageRegistry, observableRegistry, _instrumentationScope } of collector._sharedState.meterSharedStates.values()) {
    observeNow(observableRegistry, time);
    for (const storage of metricStorageRegistry.getStorages(collector)) {
      const metric = storage.collect(collector, time);
      if (metric !== undefined) onMetric(_instrumentationScope, metric);
    }
  }
}

/** Every metric that has something to say, with the attributes that were recorded since the last collection. */
export function eachActive(collector: Collector, visit: (name: string, active: AttributeMap) => void): void {
  for (const { metricStorageRegistry } of collector._sharedState.meterSharedStates.values()) {
    for (const { _instrumentDescriptor, _deltaMetricStorage } of metricStorageRegistry.getStorages(collector))
      visit(_instrumentDescriptor.name, _deltaMetricStorage._activeCollectionStorage);
  }
}

function observeNow({ _callbacks, _batchCallbacks }: MeterState['observableRegistry'], time: HrTime): void {
  const folder = dirname(require.resolve('@opentelemetry/sdk-metrics'));
  const { ObservableResultImpl, BatchObservableResultImpl } = require(join(folder, 'ObservableResult.cjs')) as ObservableResults;
  for (const { callback, instrument } of _callbacks) {
    const result = new ObservableResultImpl(instrument._descriptor.name, instrument._descriptor.valueType);
    callback(result);
    for (const storage of instrument._metricStorages) storage.record(result._buffer, time);
  }
  for (const { callback, instruments } of _batchCallbacks) {
    const result = new BatchObservableResultImpl();
    callback(result);
    for (const instrument of instruments) {
      const measurements = result._buffer.get(instrument);
      if (measurements !== undefined) for (const storage of instrument._metricStorages) storage.record(measurements, time);
    }
  }
}
