/** What a worker thread writes for Sentry into the memory that the main thread reads, beside its records. */
import type { SpanContext } from '@opentelemetry/api';
import { attempt } from '../runtime/contain.ts';
import type { EnvelopeTarget, ErrorDelivery } from '../runtime/error-delivery.ts';
import { read } from '../values/read-properties.ts';
import type { WorkerWriter } from './worker-writer.ts';

/** Stands where a record has its scope. */
export type WorkerErrorHead =
  /** The payload is an envelope or an alert, redacted, for the server there. */
  | WorkerTarget
  /** The payload is the stack of an error that ends the thread: it comes up in the main thread as a copy. */
  | { readonly span: SpanContext };

export type WorkerTarget = Omit<EnvelopeTarget, 'onDropped'>;

type Write = Pick<WorkerWriter, 'addRecord'>;

const head = (said: WorkerErrorHead): Uint8Array => Buffer.from(JSON.stringify(said));

/** How `signalbox/sentry` in this thread sends. @param outlet - of errors; see `WorkerIntakeOptions`. */
export function errorsByMainThread(writer: Write, outlet: number): NonNullable<ErrorDelivery['open']> {
  return ({ headers, kind, url, userAgent }) => {
    const target = head({ kind, url, userAgent, ...(headers && { headers }) });
    // Nothing waits here: what is written is the main thread's.
    return { send: (envelope) => writer.addRecord(outlet, target, envelope, 1), flush: async () => {}, close() {} };
  };
}

/** `error` ends the thread unless the application handles it. */
export function writeCrash(writer: Write, outlet: number, error: unknown, span: SpanContext | undefined): void {
  const stack = attempt(() => read(error as object, 'stack'));
  if (span === undefined || typeof stack !== 'string') return;
  const { traceId, spanId, traceFlags } = span;
  writer.addRecord(outlet, head({ span: { traceId, spanId, traceFlags } }), Buffer.from(stack), 1);
}
