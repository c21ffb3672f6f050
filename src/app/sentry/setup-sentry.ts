import { errorDelivery } from '../../runtime/error-delivery.ts';
import type { SentryOptions } from './options.ts';
import { planStart, sentryState } from './sentry-state.ts';
import { onCrash, onLoggedError } from './start-sentry.ts';

/**
 * Say how errors are sent to Sentry; what is given wins over the environment. Not needed where `SENTRY_DSN` is set and the defaults
 * will do. Call it first of all; a later call starts anew.
 *
 * Errors leave with the telemetry that runs (`--require signalbox/register`, or `startTelemetry()`): without it nothing is loaded,
 * and nothing sent. `@sentry/node` (10 or 11) must be installed in the application. Never throws.
 *
 * @see docs/errors.md
 */
export function setupSentry(options: SentryOptions = {}): void {
  sentryState.running?.close();
  Object.assign(sentryState, { options: options ?? {}, policy: undefined, running: undefined, hasFailed: false, isPlanned: false });
  errorDelivery.onCrash = onCrash;
  errorDelivery.onLoggedError = onLoggedError;
  errorDelivery.onOpen = planStart;
  if (errorDelivery.open !== undefined) planStart();
}
