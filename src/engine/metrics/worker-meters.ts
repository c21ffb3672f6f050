/**
 * The meters of a worker thread: each measurement goes to the main thread, whose SDK aggregates it.
 *
 * So a counter is one series for each process however many threads count, which start again at nothing whenever a pool
 * replaces one, and a thread that ends has nothing left to collect. No SDK is loaded here.
 */
import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Meter,
  MeterProvider,
  MetricOptions,
  Observable,
  ObservableCallback,
} from '@opentelemetry/api';
import { KINDS } from '../../export/worker-memory.ts';
import type { WorkerWriter } from '../../export/worker-writer.ts';
import { setTimeout } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';

export type InstrumentMethod = Exclude<keyof Meter, 'addBatchObservableCallback' | 'removeBatchObservableCallback'>;

/** What the main thread needs to make the same instrument. */
export interface WorkerInstrument {
  readonly meter: { readonly name: string; readonly version?: string | undefined; readonly schemaUrl?: string | undefined };
  readonly method: InstrumentMethod;
  readonly name: string;
  readonly options: MetricOptions | undefined;
}

export type Measurement = readonly [value: number, attributes: Attributes];

export interface WorkerMeters extends MeterProvider {
  /** Ask all callbacks, and hand over what they observe. */
  observe(): void;
}

/** @param outlet - the last one, for measurements. @param intervalMs - between two rounds of asking callbacks. */
export function createWorkerMeters(writer: WorkerWriter, outlet: number, intervalMs: number): WorkerMeters {
  let instruments = 0;
  const callbacks = createCallbacks(intervalMs);

  /** Returns a function that hands over what the instrument measured; the instrument itself goes before it, once. */
  function createHandOver(instrument: WorkerInstrument): (kind: 'measurement' | 'observed', what: unknown) => void {
    let index: number | undefined;
    return (kind, what) => {
      const isKnown = index !== undefined || writer.write(KINDS.instrument, outlet, instruments, 0, toBytes(instrument));
      if (isKnown) index ??= instruments++;
      if (index === undefined || !writer.write(KINDS[kind], outlet, index, 0, toBytes(what))) writer.drop(outlet, 'queue_full', 1);
    };
  }

  function getMeter(name: string, version?: string, options?: { schemaUrl?: string }): Meter {
    const meter = { name, version, schemaUrl: options?.schemaUrl };
    const recording = (method: InstrumentMethod) => (instrumentName: string, instrumentOptions?: MetricOptions) => {
      const handOver = createHandOver({ meter, method, name: instrumentName, options: instrumentOptions });
      const write = (value: number, attributes: Attributes = {}): void => handOver('measurement', [value, attributes]);
      return { add: write, record: write };
    };
    const observable = (method: InstrumentMethod) => (instrumentName: string, instrumentOptions?: MetricOptions) =>
      callbacks.createObservable(createHandOver({ meter, method, name: instrumentName, options: instrumentOptions }));
    return {
      createCounter: recording('createCounter'),
      createUpDownCounter: recording('createUpDownCounter'),
      createHistogram: recording('createHistogram'),
      createGauge: recording('createGauge'),
      createObservableCounter: observable('createObservableCounter'),
      createObservableUpDownCounter: observable('createObservableUpDownCounter'),
      createObservableGauge: observable('createObservableGauge'),
      addBatchObservableCallback: callbacks.addBatch,
      removeBatchObservableCallback: callbacks.removeBatch,
    };
  }

  return { getMeter, observe: callbacks.ask };
}

interface Callbacks {
  createObservable(handOver: (kind: 'observed', what: unknown) => void): Observable;
  addBatch(callback: BatchObservableCallback, observables: Observable[]): void;
  removeBatch(callback: BatchObservableCallback, observables: Observable[]): void;
  /** Callbacks are guarded before they come here, and neither throw nor reject. */
  ask(): void;
}

interface WorkerObservable extends Observable {
  readonly callbacks: Set<ObservableCallback>;
  /** What was observed in the round that is under way, by this instrument's own callbacks and by those of several. */
  seen: Measurement[];
  handOver(): void;
}

function createCallbacks(intervalMs: number): Callbacks {
  const observables = new Set<WorkerObservable>();
  const batches = new Set<BatchObservableCallback>();
  let isScheduled = false;

  function ask(): void {
    const asked: unknown[] = [];
    for (const observable of observables) {
      observable.seen = [];
      const observe = (value: number, attributes: Attributes = {}): void => void observable.seen.push([value, attributes]);
      for (const callback of observable.callbacks) asked.push(callback({ observe }));
    }
    const observe: BatchObservableResult['observe'] = (observable, value, attributes = {}) =>
      void (observable as WorkerObservable).seen.push([value, attributes]);
    for (const callback of batches) asked.push(callback({ observe }));
    handOverAll();
    // What is observed later, by those that answer by a promise.
    const before = [...observables].map(({ seen }) => [seen, seen.length] as const);
    void Promise.all(asked).then(() => {
      if (before.some(([seen, length]) => seen.length > length)) handOverAll();
    });
  }

  function handOverAll(): void {
    for (const observable of observables) observable.handOver();
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => {
      isScheduled = false;
      contain("asking metrics' callbacks", ask);
      if (batches.size > 0 || [...observables].some(({ callbacks }) => callbacks.size > 0)) schedule();
    }, intervalMs).unref();
  }

  return {
    createObservable(handOver) {
      const callbacks = new Set<ObservableCallback>();
      const observable: WorkerObservable = {
        callbacks,
        seen: [],
        handOver() {
          if (observable.seen.length > 0) handOver('observed', observable.seen);
        },
        addCallback(callback) {
          callbacks.add(callback);
          schedule();
        },
        removeCallback: (callback) => void callbacks.delete(callback),
      };
      observables.add(observable);
      return observable;
    },
    addBatch(callback) {
      batches.add(callback);
      schedule();
    },
    removeBatch: (callback) => void batches.delete(callback),
    ask,
  };
}

function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
