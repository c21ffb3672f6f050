/**
 * `signalbox/sentry`: errors to Sentry, each with the ids of the span that it happened in. OpenTelemetry has the traces.
 *
 * `@sentry/node` is loaded when telemetry runs and there is a DSN, after the application has started. Otherwise each of these functions
 * runs what it is given, and does nothing else.
 */
import { optionsOf } from '../../values/options.ts';
import { cleanString } from '../../values/strings.ts';
import { attempt } from '../../runtime/contain.ts';
import { capture } from './capture.ts';
import type { CaptureOptions, ErrorLevel } from './options.ts';

export { addBreadcrumb } from './breadcrumbs.ts';
export { captureCheckIn, withMonitor, type CheckIn, type MonitorConfig } from './check-ins.ts';
export { ErrorHandler, withErrorHandler } from './error-handler.ts';
export type { Breadcrumb, CaptureOptions, ErrorLevel, ErrorTags, ErrorUser, IgnoredError, SentryOptions } from './options.ts';
export { setupSentry } from './setup-sentry.ts';

const MAX_MESSAGE_LENGTH = 8192;

/**
 * Send an error to Sentry. Errors of broken connections and cancelled work are not sent, nor what was sent within the last minute: the
 * same object, or the same error with the same tags in the same trace. Never throws, and waits for nothing.
 *
 * @returns the id of its event, to be shown to whoever met it; `undefined` where it is not sent.
 * @see docs/errors.md
 */
export function captureException(error: unknown, options?: CaptureOptions): string | undefined {
  return capture({ error, mechanism: { type: 'generic', handled: true } }, options);
}

/** The same for a message. @param level - default `info`. */
export function captureMessage(message: string, options?: CaptureOptions | ErrorLevel): string | undefined {
  const given = typeof options === 'string' ? { level: options } : options;
  const text = attempt(() => cleanString(String(message), MAX_MESSAGE_LENGTH), '');
  return capture({ message: text, mechanism: { type: 'generic', handled: true } }, { level: 'info', ...optionsOf(given) });
}
