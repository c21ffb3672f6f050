// node nothing.cjs: every function, without telemetry or without a DSN
const {
  addBreadcrumb,
  captureCheckIn,
  captureException,
  captureMessage,
  ErrorHandler,
  setupSentry,
  withErrorHandler,
  withMonitor,
} = require('signalbox/sentry');

const error = new Error('thrown on');
addBreadcrumb({ message: 'a' });
const said = [captureException(error), captureMessage('a'), captureCheckIn({ monitorSlug: 'a', status: 'ok' })];
said.push(
  withErrorHandler({}, () => 1),
  withMonitor('a', () => 2),
  ErrorHandler({})((a) => a)(3),
);
try {
  withErrorHandler({}, () => {
    throw error;
  });
} catch (thrown) {
  said.push(thrown === error);
}
if (process.argv[2] === 'setup') setupSentry({ dsn: 'http://key@127.0.0.1:9/42' });
setTimeout(() => {
  const loaded = Object.keys(require.cache).filter((path) => path.includes('sentry1') || path.includes('@sentry'));
  console.log(JSON.stringify([said, loaded.length]));
}, 300);
