/**
 * Who sees records beside the exporters: processors of the application's own, and the test kit. Empty in most processes, where it
 * costs one comparison a record.
 */
import type { Attributes, Context, Link, Span, SpanKind, TraceState } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** None of them may throw. */
export interface SpanHook {
  /** It can still be changed. */
  onStart(span: Span & ReadableSpan, parentContext: Context): void;
  /** It can be changed for the last time; its end time is known. */
  onEnding(span: Span & ReadableSpan): void;
  onEnd(span: ReadableSpan): void;
}

/** Must not throw. Called with each record before it is exported. */
export type LogHook = (record: ReadableLogRecord, context: Context) => void;

/** What a sampler of the application's own says. It must not throw. */
export type Decide = (
  context: Context,
  traceId: string,
  name: string,
  kind: SpanKind,
  attributes: Attributes | undefined,
  links: Link[] | undefined,
) => {
  readonly isRecorded: boolean;
  readonly isSampled: boolean;
  readonly attributes: Attributes | undefined;
  readonly traceState: TraceState | undefined;
};

/** Valid ids, always. */
export interface NewIds {
  newTraceId(): string;
  newSpanId(): string;
}

export interface RecordHooks {
  /** In the place of the sampler that is configured. */
  decide?: Decide | undefined;
  /** In the place of random ones. */
  ids?: NewIds | undefined;
  spans: SpanHook | undefined;
  logs: LogHook | undefined;
  /** Whether the engine of this process runs; it calls these hooks. */
  hasEngine: boolean;
}

const HOOKS = Symbol.for('signalbox.record-hooks');

/** One for all copies of this package in the process. */
export const recordHooks: RecordHooks = ((globalThis as { [HOOKS]?: RecordHooks })[HOOKS] ??= {
  spans: undefined,
  logs: undefined,
  hasEngine: false,
});

/** Beside those that are there, after them. */
export function addRecordHooks(spans: SpanHook | undefined, logs: LogHook | undefined): void {
  const { spans: earlierSpans, logs: earlierLogs } = recordHooks;
  if (spans !== undefined) recordHooks.spans = earlierSpans === undefined ? spans : inTurn(earlierSpans, spans);
  if (logs === undefined) return;
  recordHooks.logs =
    earlierLogs === undefined
      ? logs
      : (record, context) => {
          earlierLogs(record, context);
          logs(record, context);
        };
}

function inTurn(first: SpanHook, second: SpanHook): SpanHook {
  return {
    onStart(span, context) {
      first.onStart(span, context);
      second.onStart(span, context);
    },
    onEnding(span) {
      first.onEnding(span);
      second.onEnding(span);
    },
    onEnd(span) {
      first.onEnd(span);
      second.onEnd(span);
    },
  };
}
