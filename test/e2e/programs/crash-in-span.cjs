// node --require signalbox/register test/e2e/programs/crash-in-span.cjs
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('crash');
tracer.startActiveSpan('request', () => {
  tracer.startSpan('before').end();
  setTimeout(() => {
    throw new TypeError('out of stock');
  }, 10);
});
