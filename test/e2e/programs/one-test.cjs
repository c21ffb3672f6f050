// node --require signalbox/register --test test/e2e/programs/one-test.cjs
// A test of somebody's service, which makes a span.
const { test } = require('node:test');
const { trace } = require('@opentelemetry/api');

test('the service works', () => trace.getTracer('test').startSpan('tested').end());
