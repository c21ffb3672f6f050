/** An uncaught error as a log record: type, message, stack, and the trace it happened in. */
import type { LoggerProvider } from '@opentelemetry/api';
import { version } from '../version.ts';
import { failRequest } from '../instrumentation/http/server-request.ts';
import { api } from '../runtime/otel.ts';

const FATAL = 21;
const ERROR = 17;

/**
 * @param origin - `uncaughtException` or `unhandledRejection`, as Node.js calls it.
 * @param handled - the application has a listener and goes on, so the error ends nothing.
 */
export function recordCrash(loggerProvider: LoggerProvider, error: unknown, origin: string, handled: boolean): void {
  loggerProvider.getLogger('signalbox', version).emit({
    eventName: 'exception',
    severityNumber: handled ? ERROR : FATAL,
    severityText: handled ? 'ERROR' : 'FATAL',
    body: `${origin}: ${describe(error)}`,
    attributes: { 'signalbox.crash.origin': origin },
    exception: error,
    context: failRequest(error, api.context.active(), !handled),
  });
}

function describe(value: unknown): string {
  try {
    return value instanceof Error ? `${value.name}: ${value.message}` : String(value);
  } catch {
    return 'a value that cannot be shown';
  }
}
