// node --require signalbox/register crash-in-span.cjs
const { withSpan } = require('signalbox');

withSpan('crashing', (span) => {
  console.log(`ids ${span.spanContext().traceId} ${span.spanContext().spanId}`);
  throw new Error('crashed');
});
