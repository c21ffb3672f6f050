// node --require signalbox/register own-client.cjs: the application calls Sentry.init() itself
const Sentry = require('@sentry/node');
Sentry.init({
  dsn: process.env.SENTRY_DSN,
  defaultIntegrations: false,
  skipOpenTelemetrySetup: true,
  enableRuntimeChannelInjection: false,
});
const { withSpan } = require('signalbox');
const { captureException } = require('signalbox/sentry');

withSpan('work', (span) => {
  console.log(`ids ${span.spanContext().traceId} ${span.spanContext().spanId}`);
  captureException(new Error('it failed'));
});
setTimeout(() => Sentry.flush(2000), 300);
