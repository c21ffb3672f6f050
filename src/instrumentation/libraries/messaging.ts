/**
 * What clients of brokers have in common: a span and a measurement for each message sent or processed.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/
 */
import type { Attributes, Context, Counter, Histogram, Meter, Span, SpanKind, Link, Tracer } from '@opentelemetry/api';
import { ERROR_TYPE, MESSAGING_OPERATION_NAME, MESSAGING_OPERATION_TYPE } from '../../names/attributes.ts';
import { MESSAGING_METRICS } from '../../names/metrics/queue.ts';
import { CONSUMER, PRODUCER, STATUS_ERROR } from '../../names/otel.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { counterOf, histogramOf } from './catalogue-instruments.ts';

export interface MessagingMetrics {
  readonly operation: Histogram;
  readonly processing: Histogram;
  readonly sent: Counter;
  readonly consumed: Counter;
}

/** What messages are recorded with. */
export interface MessagingRecorder {
  readonly spans: Tracer;
  readonly metrics: MessagingMetrics | undefined;
  isEnabled(): boolean;
}

export function messagingMetrics(meter: Meter): MessagingMetrics {
  return {
    operation: histogramOf(meter, MESSAGING_METRICS.operationDuration),
    processing: histogramOf(meter, MESSAGING_METRICS.processDuration),
    sent: counterOf(meter, MESSAGING_METRICS.sentMessages),
    consumed: counterOf(meter, MESSAGING_METRICS.consumedMessages),
  };
}

export interface Operation {
  readonly span: Span;
  /** Once, whatever follows. */
  end(error?: unknown): void;
}

export interface OperationOptions {
  readonly type: 'send' | 'process' | 'receive';
  /** As the library calls it. */
  readonly operation: string;
  readonly name: string;
  /** Of the span and of the measurement. */
  readonly common: Attributes;
  /** Of the span alone. */
  readonly more: Attributes;
  readonly count?: number;
  readonly context: Context;
  readonly links?: Link[];
}

export function beginOperation(recorder: MessagingRecorder, options: OperationOptions): Operation {
  const { common, context, count = 1, links, more, name, operation, type } = options;
  const startMs = monotonicMs();
  const measured: Attributes = { ...common, [MESSAGING_OPERATION_NAME]: operation };
  const kind: SpanKind = type === 'send' ? PRODUCER : CONSUMER;
  const attributes = { ...measured, [MESSAGING_OPERATION_TYPE]: type, ...more };
  const span = recorder.spans.startSpan(name, { kind, attributes, ...(links === undefined ? {} : { links }) }, context);
  let isOver = false;
  return {
    span,
    end(error) {
      if (isOver) return;
      isOver = true;
      if (error !== undefined && error !== null) {
        measured[ERROR_TYPE] = errorTypeOf(error);
        span.setAttribute(ERROR_TYPE, measured[ERROR_TYPE]);
        span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
      }
      span.end();
      const seconds = (monotonicMs() - startMs) / 1000;
      recorder.metrics?.[type === 'process' ? 'processing' : 'operation'].record(seconds, measured);
      recorder.metrics?.[type === 'send' ? 'sent' : 'consumed'].add(count, measured);
    },
  };
}

/** Ends `operation` with `result`: at once, or with its promise, whose rejection stays unhandled where it was. */
export function endWith(operation: Operation, result: unknown): void {
  if (!(result instanceof Promise)) return operation.end();
  void result.then(
    () => operation.end(),
    (error: unknown) => {
      operation.end(error ?? new Error('rejected'));
      throw error;
    },
  );
}
