/** What records are called in messages, and what is said when one is lost by itself or none finds room. */
import type { Delivered, Signal } from '../config/config.ts';
import { errorText } from '../diagnostics/error-text.ts';
import type { Reporter } from '../diagnostics/reporter.ts';

const RECORDS = {
  traces: ['span', 'spans'],
  logs: ['log record', 'log records'],
  metrics: ['metric data point', 'metric data points'],
  errors: ['error', 'errors'],
  alerts: ['alert', 'alerts'],
} as const;

/** What the records of a signal are called, for a message about `count` of them. */
export function recordsOf(signal: Delivered, count = 0): string {
  return RECORDS[signal][count === 1 ? 0 : 1];
}

/** What is encoded as one: a metric with all of its points. */
function recordOf(signal: Signal): string {
  return signal === 'metrics' ? 'metric' : recordsOf(signal, 1);
}

export function sayNotEncoded(reporter: Reporter, signal: Signal, error: unknown): void {
  reporter.say(
    `encode-error.${signal}`,
    `A ${recordOf(signal)} must be encodable, but one was not: ${errorText(error)}. It is lost, and no other. Correct what the application puts into it.`,
  );
}

export function sayQueueFull(reporter: Reporter, signal: Signal, maxBytes: number): void {
  reporter.say(
    `queue-full.${signal}`,
    `No more ${recordsOf(signal)} can wait for export: the limit of ${maxBytes} bytes (SIGNALBOX_QUEUE_MAX_BYTES) is reached. New ones are dropped and counted until some are exported.`,
  );
}

export function sayTooLarge(reporter: Reporter, signal: Signal, bytes: number, maxBytes: number): void {
  const cure = signal === 'metrics' ? 'Give it fewer attributes.' : 'Put less into it, or set OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT.';
  reporter.say(
    `too-large.${signal}`,
    `A ${recordOf(signal)} must encode to at most ${maxBytes} bytes, but one has ${bytes}. It is lost, and no other. ${cure}`,
  );
}
