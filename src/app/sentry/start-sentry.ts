/** What `start.ts` calls where SENTRY_DSN is set; the application need not import `signalbox/sentry`. */
import type { Context } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';
import type { LogRecord } from '../logging/record.ts';
import { stackWithCauses } from '../logging/logged-error.ts';
import { addBreadcrumb } from './breadcrumbs.ts';
import { capture } from './capture.ts';
import { isWanted, sentryPolicy } from './sentry-state.ts';

export { startSentry } from './sentry-state.ts';

/** See `ErrorDelivery.onCrash`. */
export function onCrash(error: unknown, origin: string, isHandled: boolean, context: Context): void {
  const type = origin === 'unhandledRejection' ? 'onunhandledrejection' : 'onuncaughtexception';
  api.context.with(context, () => capture({ error, mechanism: { type, handled: false } }, { level: isHandled ? 'error' : 'fatal' }));
}

/** See `ErrorDelivery.onLoggedError`. */
export function onLoggedError(record: object): void {
  if (!isWanted()) return;
  const { logs } = sentryPolicy().settings;
  if (logs === 'none') return;
  const { context, error, fields, logger, message } = record as LogRecord;
  api.context.with(context, () => {
    if (logs === 'breadcrumbs') return addBreadcrumb({ category: logger, message, level: 'error', data: fields });
    const mechanism = { type: 'logging', handled: true };
    if (error === undefined) return void capture({ message, mechanism, logger }, { extra: fields });
    const logged = Object.assign(new Error(error.message), { name: error.type, stack: stackWithCauses(error) });
    capture({ error: logged, mechanism, logger }, { extra: { ...fields, log: message } });
  });
}
