// node goes-on.cjs: set up in code; the application handles what nobody catches, and goes on
const { setupSentry } = require('signalbox/sentry');
setupSentry({ release: 'shop@9' });
const telemetry = require('signalbox').startTelemetry();
const { getLogger } = require('signalbox/logging');

process.on('uncaughtException', async ({ message }) => {
  console.log(`handled ${message}`);
  getLogger('shop').warn('not a breadcrumb');
  await telemetry.flush();
  console.log('flushed');
  process.exit();
});
getLogger('shop').error('a breadcrumb of item %d', 7, { item: 7 });
throw new Error('nobody caught it');
