// node --require signalbox/register ends.cjs exit|crash|rejection|SIGTERM|itself
const { withSpan } = require('signalbox');
const { captureException } = require('signalbox/sentry');

withSpan('work', (span) => {
  console.log(`ids ${span.spanContext().traceId} ${span.spanContext().spanId}`);
  captureException(new Error('it failed', { cause: new TypeError('the cause') }), { tags: { part: 'payments' }, handler: 'pay' });
});
const [, , how] = process.argv;
if (how === 'exit') process.exit(3);
if (how === 'crash') throw new RangeError('crashed');
if (how === 'rejection') Promise.reject(new RangeError('crashed'));
if (how === 'SIGTERM') {
  setInterval(() => {}, 1000);
  process.send('ready');
}
