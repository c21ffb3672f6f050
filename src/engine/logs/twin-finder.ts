/**
 * Finds the log line that two bridges emitted at once: an application's own bridge for its logger, by the older
 * `@opentelemetry/api-logs`, and signalbox's by the API.
 */
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';

export interface TwinFinder {
  /** Whether a record that says the same came by the other API just now. Each record is the twin of one other at most. */
  isTwin(record: ReadableLogRecord, isOldApi: boolean): boolean;
}

/** Bridges are called one after the other in the same log call, so few records come in between. */
const REMEMBERED = 16;
/** Bridges take the time themselves, a moment apart: a long one on a machine that is busy, or where the first line loads the export. */
const MAX_APART_MS = 500;

export function createTwinFinder(): TwinFinder {
  const recent: { record: ReadableLogRecord; isOldApi: boolean }[] = [];
  return {
    isTwin(record, isOldApi) {
      if (typeof record.body !== 'string') return false;
      const at = recent.findIndex((other) => other.isOldApi !== isOldApi && saysTheSame(other.record, record));
      if (at >= 0) {
        recent.splice(at, 1);
        return true;
      }
      if (recent.length >= REMEMBERED) recent.shift();
      recent.push({ record, isOldApi });
      return false;
    },
  };
}

function saysTheSame(a: ReadableLogRecord, b: ReadableLogRecord): boolean {
  return (
    a.body === b.body &&
    a.severityNumber === b.severityNumber &&
    a.spanContext?.spanId === b.spanContext?.spanId &&
    Math.abs((a.hrTime[0] - b.hrTime[0]) * 1000 + (a.hrTime[1] - b.hrTime[1]) / 1e6) <= MAX_APART_MS
  );
}
