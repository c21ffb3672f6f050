/**
 * The meters of a worker thread: each measurement goes to the main thread, whose engine adds it up.
 *
 * So a counter is one series for each process however many threads count, which start again at nothing whenever a pool
 * replaces one, and a thread that ends has nothing left to collect.
 */
import type { Attributes, Context, Meter, MeterProvider, MetricOptions, SpanContext } from '@opentelemetry/api';
import { activeContext } from '../../context/context-manager.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { KINDS } from '../../export/worker-memory.ts';
import type { WorkerWriter } from '../../export/worker-writer.ts';
import { setTimeout } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { cleanMetricAttributes } from './clean-measurement.ts';
import { ObservableInstrument, type Recording } from './instruments.ts';
import type { InstrumentKind, InstrumentSpec } from './instrument-spec.ts';
import { createMeterProvider } from './meter-provider.ts';
import { createObservers, type Observed, type Round } from './observers.ts';

export type InstrumentMethod = Exclude<keyof Meter, 'addBatchObservableCallback' | 'removeBatchObservableCallback'>;

/** What the main thread needs to make the same instrument. */
export interface WorkerInstrument {
  readonly meter: { readonly name: string; readonly version?: string | undefined; readonly schemaUrl?: string | undefined };
  readonly method: InstrumentMethod;
  readonly name: string;
  readonly options: MetricOptions | undefined;
}

export type Measurement = readonly [value: number, attributes: Attributes, madeIn?: MeasuredSpan];

/** The span in which something was measured, for exemplars. */
export type MeasuredSpan = Pick<SpanContext, 'traceId' | 'spanId' | 'traceFlags'>;

export interface WorkerMeters extends MeterProvider {
  /** Call all callbacks, and send what they observe to the main thread. */
  observe(): void;
}

export interface WorkerMetersOptions {
  readonly writer: WorkerWriter;
  /** The last one, for measurements. */
  readonly outlet: number;
  /** Between two rounds of asking callbacks. */
  readonly intervalMs: number;
  readonly reporter: Reporter;
}

type Send = (kind: 'measurement' | 'observed', what: unknown) => void;

const METHODS: Readonly<Record<InstrumentKind, InstrumentMethod>> = {
  counter: 'createCounter',
  upDownCounter: 'createUpDownCounter',
  histogram: 'createHistogram',
  gauge: 'createGauge',
  observableCounter: 'createObservableCounter',
  observableUpDownCounter: 'createObservableUpDownCounter',
  observableGauge: 'createObservableGauge',
};

export function createWorkerMeters({ writer, outlet, intervalMs, reporter }: WorkerMetersOptions): WorkerMeters {
  let instruments = 0;
  const observers = createObservers(reporter, ObservableInstrument.inside);
  const sendByObserved = new Map<Observed, Send>();
  let isScheduled = false;

  /** Returns a function that sends what the instrument measured to the main thread, and once before that the instrument itself. */
  function createSend(spec: InstrumentSpec): Send {
    const instrument = toWorkerInstrument(spec);
    let index: number | undefined;
    return (kind, what) => {
      const isKnown = index !== undefined || writer.write(KINDS.instrument, outlet, instruments, 0, toBytes(instrument));
      if (isKnown) index ??= instruments++;
      if (index === undefined || !writer.write(KINDS[kind], outlet, index, 0, toBytes(what))) writer.drop(outlet, 'queue_full', 1);
    };
  }

  function ask(): void {
    const round = observers.ask();
    sendObserved(round);
    if (round.pending === undefined) return round.close();
    // What is observed later, by those that answer by a promise.
    const before = sizeOf(round);
    void round.pending.then(() => {
      if (sizeOf(round) > before) sendObserved(round);
      round.close();
    });
  }

  function sendObserved({ observed }: Round): void {
    for (const [instrument, values] of observed)
      sendByObserved.get(instrument)?.(
        'observed',
        Array.from(values.values(), ({ value, attributes }): Measurement => [value, attributes]),
      );
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => {
      isScheduled = false;
      contain("asking metrics' callbacks", ask);
      if (observers.size > 0) schedule();
    }, intervalMs).unref();
  }

  const provider = createMeterProvider({
    reporter,
    activityOf: () => ({ recorded: 0, hasObservers: false }),
    backend: {
      open: ({ spec }) => [createWorkerRecording(createSend(spec))],
      observable: (observed) => void sendByObserved.set(observed, createSend(observed.spec)),
      observers() {
        schedule();
        return observers;
      },
    },
  });
  return { getMeter: provider.getMeter, observe: ask };
}

function sizeOf({ observed }: Round): number {
  let size = 0;
  for (const values of observed.values()) size += values.size;
  return size;
}

function createWorkerRecording(send: Send): Recording {
  const recording: ReturnType<Recording['find']> & Recording = {
    isListed: true,
    find: () => recording,
    record(value, attributes, context) {
      const clean = cleanMetricAttributes(attributes);
      const madeIn = measuredSpan(context);
      send('measurement', (madeIn === undefined ? [value, clean] : [value, clean, madeIn]) satisfies Measurement);
    },
  };
  return recording;
}

function measuredSpan(context: Context | undefined): MeasuredSpan | undefined {
  const span = api.trace.getSpanContext(context ?? activeContext());
  return span && { traceId: span.traceId, spanId: span.spanId, traceFlags: span.traceFlags };
}

function toWorkerInstrument({ scope, kind, name, description, unit, isInteger, bounds }: InstrumentSpec): WorkerInstrument {
  return {
    meter: { name: scope.name, version: scope.version, schemaUrl: scope.schemaUrl },
    method: METHODS[kind],
    name,
    options: {
      description,
      unit,
      valueType: isInteger ? 0 : 1,
      ...(bounds === undefined ? {} : { advice: { explicitBucketBoundaries: [...bounds] } }),
    },
  };
}

function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
