/** Makes a record of a call: the ids and the bound fields are those of this very moment, whatever destinations do later. */
import type { Context, SpanContext } from '@opentelemetry/api';
import { activeScope, type LogScope } from '../../context/log-context.ts';
import { LEVELS } from '../../names/log-levels.ts';
import { contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { loggedError } from './logged-error.ts';
import { readCall } from './read-call.ts';
import { fieldsOf } from './record-fields.ts';
import type { LogRecord } from './record.ts';
import { saidText } from './remembered.ts';

// Captured, for applications and test runners replace it.
const nowMs = Date.now;

export interface RecordSource {
  readonly logger: string;
  readonly rank: number;
  /** Of the logger and its parents, the weakest first. */
  readonly bindings: readonly object[];
  readonly isAccess?: boolean;
  /** Default: what is active. */
  readonly context?: Context;
  /** Default: that of the context. */
  readonly scope?: LogScope | undefined;
}

/** @param maxLength - of each text, in characters. */
export function makeRecord(source: RecordSource, args: readonly unknown[], maxLength: number): LogRecord {
  const context = source.context ?? api.context.active();
  const call = readCall(args, maxLength);
  const fields = fieldsOf(source.scope ?? activeScope(context), source.bindings, call, maxLength);
  const error = call.error === undefined ? undefined : loggedError(call.error, maxLength);
  const { text, json } = saidText(call.message, maxLength);
  const message = text || (error?.message ?? '');
  return {
    timeMs: nowMs(),
    level: LEVELS[source.rank] as LogRecord['level'],
    rank: source.rank,
    logger: source.logger,
    isAccess: source.isAccess === true,
    message,
    messageJson: message === text ? json : undefined,
    span: spanOf(context),
    context,
    fields,
    error,
    isCut: call.message.length > maxLength,
  };
}

/** Lines of one operation have the same. */
let lastSpan: SpanContext | undefined;

function spanOf(context: Context): SpanContext | undefined {
  try {
    const span = api.trace.getSpan(context)?.spanContext();
    if (span === undefined || span === lastSpan) return span;
    return api.isSpanContextValid(span) ? (lastSpan = span) : undefined;
  } catch (error) {
    contained('reading the active span', error);
    return undefined;
  }
}
