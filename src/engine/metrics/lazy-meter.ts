/**
 * A meter whose SDK is loaded after the application's own start rather than in the middle of it, and that reads the
 * clock which was captured before the application could replace it.
 */
import type {
  BatchObservableCallback,
  BatchObservableResult,
  Context,
  Counter,
  Gauge,
  Histogram,
  Meter,
  MetricOptions,
  Observable,
  ObservableCallback,
  UpDownCounter,
} from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';

const now = Date.now;
const VALUE_TYPE_INT = 0;

/** What of the SDK's instruments is used; exact versions are pinned, and a test fails when it changes. */
interface SyncInstrument {
  readonly _writableMetricStorage: { record(value: number, attributes: object, context: Context, time: number): void };
  readonly _descriptor: { readonly valueType: number };
}

type SyncMethod = 'createCounter' | 'createUpDownCounter' | 'createHistogram' | 'createGauge';
type ObservableMethod = 'createObservableCounter' | 'createObservableUpDownCounter' | 'createObservableGauge';

export interface LazyMeters {
  getMeter(name: string, version?: string, options?: { schemaUrl?: string }): Meter;
  /** Carry over what was asked for before the SDK was there. Called once, as soon as it is. */
  catchUp(): void;
}

/**
 * @param load - the SDK's meters; loads the SDK when it is called for the first time.
 * @param onDemand - something was asked for that an export needs: load the SDK soon.
 * @param onRecorded - a meter of that name records a value.
 * @param onObserver - a meter of that name is given a callback, to be asked at each collection.
 */
export function createLazyMeters(
  load: () => { getMeter: LazyMeters['getMeter'] },
  onDemand: () => void,
  onRecorded: (meter: string) => void,
  onObserver: (meter: string) => void,
): LazyMeters {
  const waiting: (() => void)[] = [];
  let caughtUp = false;

  function whenLoaded(then: () => void): void {
    if (caughtUp) return then();
    waiting.push(then);
    onDemand();
  }

  return {
    getMeter(...scope) {
      let meter: Meter | undefined;
      const loaded = (): Meter => (meter ??= load().getMeter(...scope));
      const sync =
        <Instrument extends object>(method: SyncMethod) =>
        (name: string, options?: MetricOptions): Instrument => {
          let instrument: SyncInstrument | undefined;
          onDemand();
          const write = (value: number, attributes: object = {}, context: Context = api.context.active()): void => {
            onRecorded(scope[0]);
            instrument ??= loaded()[method](name, options) as unknown as SyncInstrument;
            const { _writableMetricStorage: storage, _descriptor: descriptor } = instrument;
            // A meter of another SDK version, or one that does nothing.
            if (storage === undefined) return;
            storage.record(descriptor.valueType === VALUE_TYPE_INT ? Math.trunc(value) : value, attributes, context, now());
          };
          return { add: write, record: write } as unknown as Instrument;
        };
      const observable =
        (method: ObservableMethod) =>
        (name: string, options?: MetricOptions): Observable =>
          new LazyObservable(
            () => loaded()[method](name, options),
            () => onObserver(scope[0]),
            whenLoaded,
          );
      return {
        createCounter: sync<Counter>('createCounter'),
        createUpDownCounter: sync<UpDownCounter>('createUpDownCounter'),
        createHistogram: sync<Histogram>('createHistogram'),
        createGauge: sync<Gauge>('createGauge'),
        createObservableCounter: observable('createObservableCounter'),
        createObservableUpDownCounter: observable('createObservableUpDownCounter'),
        createObservableGauge: observable('createObservableGauge'),
        addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]) {
          onObserver(scope[0]);
          whenLoaded(() => loaded().addBatchObservableCallback(withInside(callback), observables.map(LazyObservable.inside)));
        },
        removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]) {
          whenLoaded(() => loaded().removeBatchObservableCallback(withInside(callback), observables.map(LazyObservable.inside)));
        },
      };
    },
    catchUp() {
      caughtUp = true;
      for (const then of waiting.splice(0)) then();
    },
  };
}

class LazyObservable implements Observable {
  readonly #create: () => Observable;
  readonly #onObserver: () => void;
  readonly #whenLoaded: (then: () => void) => void;
  #made: Observable | undefined;

  constructor(create: () => Observable, onObserver: () => void, whenLoaded: (then: () => void) => void) {
    this.#create = create;
    this.#onObserver = onObserver;
    this.#whenLoaded = whenLoaded;
  }

  static inside(observable: Observable): Observable {
    return observable instanceof LazyObservable ? observable.#observable : observable;
  }

  get #observable(): Observable {
    return (this.#made ??= this.#create());
  }

  addCallback(callback: ObservableCallback): void {
    this.#onObserver();
    this.#whenLoaded(() => this.#observable.addCallback(callback));
  }

  removeCallback(callback: ObservableCallback): void {
    this.#whenLoaded(() => this.#observable.removeCallback(callback));
  }
}

/** The same function for the same callback, for the SDK compares them. */
const withInsides = new WeakMap<BatchObservableCallback, BatchObservableCallback>();

/** `callback`, whose observations name the SDK's own instruments. */
function withInside(callback: BatchObservableCallback): BatchObservableCallback {
  let made = withInsides.get(callback);
  if (made === undefined) {
    made = (result: BatchObservableResult) =>
      callback({ observe: (observable, value, attributes) => result.observe(LazyObservable.inside(observable), value, attributes) });
    withInsides.set(callback, made);
  }
  return made;
}
