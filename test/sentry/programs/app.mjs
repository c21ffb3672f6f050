// node --import signalbox/register app.mjs: an ES module that uses functions of Sentry itself
import { setTimeout as later } from 'node:timers/promises';
import * as Sentry from '@sentry/node';
import { withSpan } from 'signalbox';

const listeners = () =>
  ['exit', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'SIGTERM'].map((event) => process.listenerCount(event));
const before = JSON.stringify([listeners(), Error.stackTraceLimit]);
while (!Sentry.getClient()) await later(5);
withSpan('work', (span) => {
  console.log(`ids ${span.spanContext().traceId} ${span.spanContext().spanId}`);
  Sentry.withScope((scope) => {
    scope.setTag('own', 'yes');
    Sentry.captureException(new Error('by Sentry itself'));
  });
  // Its spans are OpenTelemetry's affair.
  Sentry.startSpan({ name: 'never' }, () => {});
});
await Sentry.flush(2000);
console.log(before === JSON.stringify([listeners(), Error.stackTraceLimit]) ? 'untouched' : 'touched');
