// node --require signalbox/register kinds.cjs: what is sent, what is dropped
const { markExpected, withSpan } = require('signalbox');
const { getLogger } = require('signalbox/logging');
const {
  captureCheckIn,
  captureException,
  captureMessage,
  ErrorHandler,
  setupSentry,
  withErrorHandler,
  withMonitor,
} = require('signalbox/sentry');

class NotMine extends Error {}
if (process.argv.includes('setup'))
  setupSentry({
    ignore: [NotMine, /left out/, 'OWN_CODE'],
    logs: 'events',
    environment: 'staging',
    beforeSend: (event) => (event.message === 'not this' ? null : event),
  });

const ids = {};
withSpan('sent', (span) => {
  ids.trace = span.spanContext().traceId;
  ids.span = span.spanContext().spanId;
  captureException(new Error('sent'), {
    level: 'warning',
    fingerprint: ['{{ default }}', 'shop'],
    user: { id: 7 },
    extra: { order: { id: 12 } },
  });
  captureMessage('a message', 'info');
  captureCheckIn({ monitorSlug: 'nightly', status: 'in_progress' }, { schedule: { type: 'crontab', value: '0 3 * * *' } });
});
console.log(JSON.stringify(ids));
captureException('a text');
captureException({ an: 'object' });
const once = new Error('once');
captureException(once);
captureException(once);
for (let i = 0; i < 3; i++) captureException(new Error('the same'), { fingerprint: ['same'] });
for (const code of ['ECONNRESET', 'ABORT_ERR', 'UND_ERR_SOCKET']) captureException(Object.assign(new Error('dropped'), { code }));
captureException(new TypeError('fetch failed', { cause: Object.assign(new Error('dropped'), { code: 'ECONNREFUSED' }) }));
captureException(AbortSignal.abort().reason);
captureException(markExpected(new Error('dropped')));
captureException(new NotMine('a class'));
captureException(new Error('left out'));
captureException(Object.assign(new Error('a code'), { code: 'OWN_CODE' }));
captureMessage('not this');
getLogger('shop').error('it was logged', new Error('logged'));
const guarded = ErrorHandler({ by: 'decorator' })(async () => {
  throw new Error('from a decorator');
});
guarded().catch(() => {});
try {
  withErrorHandler({ by: 'outer' }, () =>
    withErrorHandler({ inner: true }, () => {
      throw new Error('from a handler');
    }),
  );
} catch {}
withMonitor('job', async () => {});
setImmediate(() => process.exit());
