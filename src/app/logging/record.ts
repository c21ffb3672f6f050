/** What is known of one log call, made plain and redacted: what every destination gets. */
import type { Context, SpanContext } from '@opentelemetry/api';
import type { LogLevel } from '../../names/log-levels.ts';
import type { PlainMap } from '../../values/plain-value.ts';

export interface LoggedError {
  /** Name of its class. */
  readonly type: string;
  readonly message: string;
  /** Without the stacks of its causes. */
  readonly stack: string | undefined;
  readonly code: string | number | undefined;
  /** What else it carries. */
  readonly fields: PlainMap | undefined;
  readonly cause: LoggedError | undefined;
  /** Of an `AggregateError`. */
  readonly errors: readonly LoggedError[];
}

export interface LogRecord {
  /** Since 1970. */
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly rank: number;
  readonly logger: string;
  /** An access record goes to a file of its own. */
  readonly isAccess: boolean;
  readonly message: string;
  /** The message in JSON, where that is known. */
  readonly messageJson: string | undefined;
  /** Of the span in which it was logged. */
  readonly span: SpanContext | undefined;
  readonly context: Context;
  readonly fields: PlainMap;
  readonly error: LoggedError | undefined;
  /** Something of it was cut off. */
  readonly isCut: boolean;
}
