// node --require signalbox/register secrets.cjs: a secret in every place that an event has
const { withSpan } = require('signalbox');
const { getLogger, withLogContext } = require('signalbox/logging');
const { addBreadcrumb, captureException, captureMessage, withErrorHandler } = require('signalbox/sentry');
const secrets = require('./planted.json');

const all = secrets.map(({ text }) => text);
const next = (() => {
  let at = 0;
  return () => all[at++ % all.length];
})();

withSpan('work', () => {
  withLogContext({ session: { cookie: 'sid=planted-value-0001', note: next() } }, () => {
    for (const text of all) addBreadcrumb({ message: text, data: { text, nested: { deep: [text] } } });
    for (const text of all) getLogger('shop').error('a log line: %s', text, { text });
    for (const [index, text] of all.entries()) {
      const error = new Error(text, { cause: new Error(`the cause: ${text}`) });
      error.details = { text };
      captureException(error, {
        tags: { index, text },
        user: { id: String(index), email: 'planted.person@example.org', note: text },
        extra: { text, request: { headers: { authorization: 'Bearer planted-value-0002', cookie: 'planted-value-0003' }, url: text } },
        fingerprint: [text],
        handler: text,
      });
      captureMessage(`a message: ${text}`, { extra: { password: 'planted-value-0004' } });
      try {
        withErrorHandler({ text }, () => {
          throw { message: text, token: 'planted-value-0005' };
        });
      } catch {}
    }
  });
});
