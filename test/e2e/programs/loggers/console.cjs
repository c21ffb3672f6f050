// Prints in all ways of console, within a span and outside.
const { trace } = require('@opentelemetry/api');
const util = require('node:util');
console.log('outside %d', 1, { a: 1 });
trace.getTracer('program').startActiveSpan('inside', (span) => {
  console.info('info');
  console.debug('debug');
  console.warn('\u001b[33mwarn\u001b[0m');
  console.error('failed', new TypeError('broke'));
  console.log({ [util.inspect.custom]: () => (console.log('nested'), 'custom') });
  console.table([{ a: 1 }]);
  span.end();
});
