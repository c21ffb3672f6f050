/** winston's npm levels, which users know, the most severe first, as OpenTelemetry ranks them. */
import type { SeverityNumber } from '@opentelemetry/api';

export const LEVELS = ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Place in `LEVELS`; what has a higher rank than its logger is not written. */
export const RANK_ERROR = 0;
export const RANK_WARN = 1;
export const RANK_INFO = 2;
/** Of a logger that writes nothing. */
export const RANK_NONE = -1;

/** By rank. @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields */
export const SEVERITIES: readonly SeverityNumber[] = [17, 13, 9, 7, 6, 5, 1];

/** What other loggers call the same. */
const OTHER_NAMES: Readonly<Record<string, LogLevel | 'none'>> = {
  fatal: 'error',
  critical: 'error',
  err: 'error',
  warning: 'warn',
  notice: 'info',
  trace: 'silly',
  all: 'silly',
  off: 'none',
  silent: 'none',
};

/** `undefined` for a name that nobody knows. */
export function rankOf(name: string): number | undefined {
  const word = name.toLowerCase();
  const known = Object.hasOwn(OTHER_NAMES, word) ? (OTHER_NAMES[word] as string) : word;
  if (known === 'none') return RANK_NONE;
  const rank = LEVELS.indexOf(known as LogLevel);
  return rank === -1 ? undefined : rank;
}
