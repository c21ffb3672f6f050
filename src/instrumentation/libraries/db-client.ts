/**
 * What clients of databases have in common.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/
 */
import type { Histogram, Meter } from '@opentelemetry/api';
import { DATABASE_INSTRUMENTATION_METRICS } from '../../names/metrics/database.ts';
import { histogramOf } from './catalogue-instruments.ts';

export function durationOfOperations(meter: Meter): Histogram {
  return histogramOf(meter, DATABASE_INSTRUMENTATION_METRICS.operationDuration);
}

/** Verbs of SQL: metrics must not have a series for whatever somebody writes. */
const VERBS = new Set(
  `ALTER ANALYZE BEGIN CALL CHECK COMMIT COPY CREATE DELETE DESCRIBE DO DROP EXECUTE EXPLAIN FETCH FLUSH GRANT HANDLER INSERT KILL LISTEN LOAD LOCK
  MERGE NOTIFY OPTIMIZE PREPARE REFRESH RELEASE RENAME REPLACE REVOKE ROLLBACK SAVEPOINT SELECT SET SHOW START TABLE TRUNCATE UNLISTEN UNLOCK UPDATE USE VACUUM
  VALUES WITH`.split(/\s+/),
);
/** Behind blanks, brackets and comments. */
const FIRST_WORD = /^(?:[\s(]|\/\*[^*]{0,1000}\*\/|--[^\n]{0,1000}\n)*([a-z]{2,12})/i;

/** The verb of a statement in capitals; `undefined` when it begins with no known one. */
export function verbOf(sql: string): string | undefined {
  const verb = FIRST_WORD.exec(sql)?.[1]?.toUpperCase();
  return verb !== undefined && VERBS.has(verb) ? verb : undefined;
}
