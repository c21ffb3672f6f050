/** An uncaught error as a log record: type, message, stack, and the trace it happened in. Loaded when there is one. */
import type { Context, LoggerProvider } from '@opentelemetry/api';
import { CRASH_ORIGIN } from '../names/attributes.ts';
import { EXCEPTION, SEVERITY_ERROR, SEVERITY_FATAL } from '../names/otel.ts';
import { api } from '../runtime/otel.ts';
import { attempt } from '../runtime/contain.ts';
import { version } from '../version.ts';

export interface CrashOptions {
  readonly loggerProvider: LoggerProvider;
  /** Tells the request that the error came from, if any, and returns the context that the error belongs to. */
  readonly failRequest: (error: unknown, active: Context, isFatal: boolean) => Context;
}

/**
 * @param origin - `uncaughtException` or `unhandledRejection`, as Node.js calls it.
 * @param handled - the application has a listener and goes on, so the error ends nothing.
 * @returns the context that the error belongs to.
 */
export function recordCrash({ loggerProvider, failRequest }: CrashOptions, error: unknown, origin: string, handled: boolean): Context {
  const context = failRequest(error, api.context.active(), !handled);
  loggerProvider.getLogger('signalbox', version).emit({
    eventName: EXCEPTION,
    severityNumber: handled ? SEVERITY_ERROR : SEVERITY_FATAL,
    severityText: handled ? 'ERROR' : 'FATAL',
    body: `${origin}: ${describe(error)}`,
    attributes: { [CRASH_ORIGIN]: origin },
    exception: error,
    context,
  });
  return context;
}

function describe(value: unknown): string {
  return attempt(() => (value instanceof Error ? `${value.name}: ${value.message}` : String(value)), 'a value that cannot be shown');
}
