import type { Signal } from '../../config/config.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import type { Cut } from './cut-record.ts';

/** What a record is called, what its text without a key is, and the setting that cuts values sooner. */
const RECORDS = {
  traces: { record: 'span', text: 'The message of the status', limit: 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT' },
  logs: { record: 'log record', text: 'The body', limit: 'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT' },
  metrics: { record: 'metric', text: 'The description', limit: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT' },
} as const;

/** One line for each key whose value was cut so that its record fits into a request. */
export function sayCut(reporter: Reporter, signal: Signal, maxBytes: number, { key, fromBytes, toBytes }: Cut): void {
  const { record, text, limit } = RECORDS[signal];
  const what = key === '' ? text : `The attribute ${JSON.stringify(key)}`;
  const sooner = key === '' ? '' : ` ${limit} cuts sooner.`;
  reporter.say(
    `value-cut.${signal}`,
    `${what} of a ${record} was cut from ${fromBytes} to ${toBytes} bytes, for a ${record} must encode to at most ${maxBytes} bytes. The rest of the ${record} is exported.${sooner}`,
    key,
  );
}
