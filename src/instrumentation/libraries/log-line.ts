/** What the instrumentations of pino and bunyan have in common: the ids in a line, and the severity of a record. */
import type { SeverityNumber, Span } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';
import { attempt, contain } from '../../runtime/contain.ts';

/** Options of the official instrumentations. */
export interface LogOptions {
  /** Write no ids into lines. Default: `false`. */
  readonly disableLogCorrelation?: boolean;
  /** Export no records. Default: `false`. */
  readonly disableLogSending?: boolean;
  /** May add to what is written into a line. */
  readonly logHook?: (span: Span, record: Record<string, unknown>, level?: number) => void;
  /** Names of the ids in lines, of pino. */
  readonly logKeys?: LogKeys;
  /** The least severity that is exported, of bunyan. */
  readonly logSeverity?: number;
  /** `SIGNALBOX_REDACT_APP_LOGS`: what the application's logger prints is redacted too. Default: `false`. */
  readonly redactsOutput?: boolean;
}

export interface LogKeys {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: string;
}

export const LOG_KEYS: LogKeys = { traceId: 'trace_id', spanId: 'span_id', traceFlags: 'trace_flags' };
export const EVENT_NAME = 'otel.event.name';

/** What goes into a line that is written now; `undefined` outside of a span. */
export function idsFor({ disableLogCorrelation, logHook, logKeys }: LogOptions, level?: number): Record<string, unknown> | undefined {
  if (disableLogCorrelation === true) return undefined;
  const span = api.trace.getSpan(api.context.active());
  const context = span?.spanContext();
  if (span === undefined || context === undefined || !api.isSpanContextValid(context)) return undefined;
  const keys = logKeys ?? LOG_KEYS;
  const record: Record<string, unknown> = {
    [keys.traceId]: context.traceId,
    [keys.spanId]: context.spanId,
    [keys.traceFlags]: context.traceFlags.toString(16).padStart(2, '0'),
  };
  if (typeof logHook === 'function') contain("calling a log hook of the application's", () => logHook(span, record, level));
  return record;
}

const SEVERITIES: Readonly<Record<number, number>> = { 10: 1, 20: 5, 30: 9, 40: 13, 50: 17, 60: 21 };
/** Of levels between those: the later ones of each range. */
const BETWEEN = [2, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15, 16, 18, 19, 20, 22, 23, 24];

/** The severity of a level of pino or bunyan: 10 is trace, 60 is fatal. */
export function severityOf(level: number): SeverityNumber {
  const at = Math.floor(((level - 10) / 60) * BETWEEN.length);
  return (SEVERITIES[level] ?? BETWEEN[Math.min(BETWEEN.length - 1, Math.max(0, at))]) as SeverityNumber;
}

/** Whether `value` is of a class of this name, or of one below it; what has a version in its name counts. */
export function isOfClass(value: unknown, name: string): boolean {
  return attempt(() => {
    for (let object: unknown = value; typeof object === 'object' && object !== null; object = Object.getPrototypeOf(object))
      if ((object as object).constructor?.name?.startsWith(name)) return true;
    return false;
  }, false);
}
