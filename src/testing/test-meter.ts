/** A meter provider that gives each measurement to its test, and passes it on to the provider that was there. */
import type {
  Attributes,
  BatchObservableCallback,
  Context,
  Meter,
  MeterProvider,
  MetricOptions,
  Observable,
  ObservableCallback,
  ObservableResult,
} from '@opentelemetry/api';
import { attempt } from '../runtime/contain.ts';
import { api } from '../runtime/otel.ts';
import { collectionOf, type Collection } from './collection.ts';
import type { Instrument } from './test-metrics.ts';

interface Observed {
  readonly instrument: Instrument;
  readonly callbacks: Set<ObservableCallback>;
}

export interface TestMeterProvider extends MeterProvider {
  /** Ask all callbacks, and note what they observe in `collection`. Resolves when those that take their time have answered. */
  observe(collection: Collection): Promise<void>;
}

export function createTestMeterProvider(inner: MeterProvider): TestMeterProvider {
  const observed = new Set<Observed>();
  const batches = new Map<BatchObservableCallback, readonly Observable[]>();
  const instrumentOf = new WeakMap<object, Instrument>();

  function createMeter(meter: Meter): Meter {
    const sync =
      (type: Instrument['type'], create: string, method: 'add' | 'record') =>
      (name: string, options?: MetricOptions): never => {
        const real = (meter as never as Record<string, (name: string, options?: MetricOptions) => object>)[create]?.(name, options);
        const instrument = describe(name, type, options);
        const pass = (real as Record<string, (...args: unknown[]) => void>)[method]?.bind(real);
        return {
          [method](value: number, attributes?: Attributes, context?: Context) {
            pass?.(value, attributes, context);
            note(instrument, value, attributes, context);
          },
        } as never;
      };
    const observable =
      (type: Instrument['type'], create: string) =>
      (name: string, options?: MetricOptions): never => {
        const real = (meter as never as Record<string, (name: string, options?: MetricOptions) => Observable>)[create]?.(name, options);
        const entry: Observed = { instrument: describe(name, type, options), callbacks: new Set() };
        observed.add(entry);
        const own: Observable = {
          addCallback(callback) {
            real?.addCallback(callback);
            entry.callbacks.add(callback);
          },
          removeCallback(callback) {
            real?.removeCallback(callback);
            entry.callbacks.delete(callback);
          },
        };
        instrumentOf.set(own, entry.instrument);
        if (real !== undefined) realOf.set(own, real);
        return own as never;
      };
    return {
      createCounter: sync('counter', 'createCounter', 'add'),
      createUpDownCounter: sync('upDownCounter', 'createUpDownCounter', 'add'),
      createHistogram: sync('histogram', 'createHistogram', 'record'),
      createGauge: sync('gauge', 'createGauge', 'record'),
      createObservableCounter: observable('counter', 'createObservableCounter'),
      createObservableUpDownCounter: observable('upDownCounter', 'createObservableUpDownCounter'),
      createObservableGauge: observable('gauge', 'createObservableGauge'),
      addBatchObservableCallback(callback, observables) {
        meter.addBatchObservableCallback(callback, observables.map(realObservable));
        batches.set(callback, observables);
      },
      removeBatchObservableCallback(callback, observables) {
        meter.removeBatchObservableCallback(callback, observables.map(realObservable));
        batches.delete(callback);
      },
    };
  }
  const realOf = new WeakMap<object, Observable>();
  const realObservable = (own: Observable): Observable => realOf.get(own) ?? own;

  return {
    getMeter: (name, version, options) => createMeter(inner.getMeter(name, version, options)),
    async observe(collection) {
      const asked: unknown[] = [];
      for (const { instrument, callbacks } of observed) {
        const result: ObservableResult = {
          observe: (value, attributes) => collection.metrics.observe(instrument, value, attributes),
        };
        for (const callback of callbacks) asked.push(attempt(() => callback(result)));
      }
      for (const callback of batches.keys()) {
        const result = {
          observe(own: Observable, value: number, attributes?: Attributes) {
            const instrument = instrumentOf.get(own);
            if (instrument !== undefined) collection.metrics.observe(instrument, value, attributes);
          },
        };
        asked.push(attempt(() => callback(result)));
      }
      await Promise.allSettled(asked);
    },
  };
}

function note(instrument: Instrument, value: number, attributes: Attributes | undefined, context: Context | undefined): void {
  if (typeof value !== 'number' || (instrument.type === 'counter' && value < 0)) return;
  const span = attempt(() => api.trace.getSpanContext(context ?? api.context.active()));
  collectionOf(span?.traceId)?.metrics.record(instrument, value, attributes);
}

function describe(name: string, type: Instrument['type'], options: MetricOptions | undefined): Instrument {
  return { name, type, unit: options?.unit ?? '', description: options?.description ?? '' };
}
