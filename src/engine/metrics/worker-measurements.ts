/**
 * What worker threads measure, recorded by the main thread's own instruments. Values that callbacks observe in a worker
 * carry `thread.id`: what two threads observe of themselves must not overwrite each other, as one series would.
 */
import type { Attributes, Context, Meter, MeterProvider, Observable, ObservableResult } from '@opentelemetry/api';
import { KINDS, type EntryKind } from '../../export/worker-memory.ts';
import { THREAD_ID } from '../../names/attributes.ts';
import { api } from '../../runtime/otel.ts';
import type { MeasuredSpan, Measurement, WorkerInstrument } from './worker-meters.ts';

type Record = (value: number, attributes: Attributes, context: Context) => void;

/** What one thread observed last by one instrument. */
interface Observed {
  values: readonly Measurement[];
  /** The thread is gone: exported once more. */
  isLast: boolean;
}

interface Recorded {
  readonly record: Record;
  readonly observed: Map<number, Observed> | undefined;
}

export interface WorkerMeasurements {
  take(threadId: number, kind: EntryKind, index: number, payload: Uint8Array): void;
  end(threadId: number): void;
}

/** @param read - reads what threads have written, and calls `end` for those that are gone. */
export function createWorkerMeasurements(meterProvider: MeterProvider, read: () => void): WorkerMeasurements {
  /** One for equal instruments of all threads. */
  const made = new Map<string, Recorded>();
  const byThread = new Map<number, Recorded[]>();

  function make(json: string): Recorded {
    let instrument = made.get(json);
    if (instrument === undefined) made.set(json, (instrument = createRecorded(meterProvider, read, JSON.parse(json) as WorkerInstrument)));
    return instrument;
  }

  return {
    take(threadId, kind, index, payload) {
      let instruments = byThread.get(threadId);
      if (instruments === undefined) byThread.set(threadId, (instruments = []));
      const json = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString();
      if (kind === KINDS.instrument) {
        instruments[index] = make(json);
        return;
      }
      const { record, observed } = instruments[index] as Recorded;
      if (kind === KINDS.observed) observed?.set(threadId, { values: JSON.parse(json) as Measurement[], isLast: false });
      else recordAsIn(record, JSON.parse(json) as Measurement);
    },
    end(threadId) {
      for (const { observed } of byThread.get(threadId) ?? []) {
        const last = observed?.get(threadId);
        if (last !== undefined) last.isLast = true;
      }
      byThread.delete(threadId);
    },
  };
}

/** In the span of the worker; not in the one in which the main thread happens to read it. */
function recordAsIn(record: Record, [value, attributes, madeIn]: Measurement): void {
  record(value, attributes, madeIn === undefined ? api.ROOT_CONTEXT : contextOf(madeIn));
}

function contextOf(span: MeasuredSpan): Context {
  return api.trace.setSpanContext(api.ROOT_CONTEXT, span);
}

function createRecorded(meterProvider: MeterProvider, read: () => void, { meter, method, name, options }: WorkerInstrument): Recorded {
  const { name: meterName, version, schemaUrl } = meter;
  const create = meterProvider.getMeter(meterName, version, schemaUrl === undefined ? undefined : { schemaUrl })[method] as (
    ...args: Parameters<Meter['createCounter']>
  ) => { add?: Record; record?: Record } & Partial<Observable>;
  const made = create(name, options);
  if (made.addCallback === undefined)
    return {
      record: (value, attributes, context) => (made.add ?? made.record)?.call(made, value, attributes, context),
      observed: undefined,
    };
  const observed = new Map<number, Observed>();
  made.addCallback((result) => {
    if (observed.size > 0) read();
    observeAll(observed, result);
  });
  return { record() {}, observed };
}

function observeAll(observed: Map<number, Observed>, result: ObservableResult): void {
  for (const [threadId, { values, isLast }] of observed) {
    for (const [value, attributes] of values) result.observe(value, { ...attributes, [THREAD_ID]: threadId });
    if (isLast) observed.delete(threadId);
  }
}
