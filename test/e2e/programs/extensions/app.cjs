// SIGNALBOX_EXTENSIONS=./test/e2e/programs/extensions/recording.cjs node --require signalbox/register test/e2e/programs/extensions/app.cjs
const { trace, context, logs, SpanKind, SpanStatusCode } = require('@opentelemetry/api');

const tracer = trace.getTracer('app', '1.2.3', { schemaUrl: 'https://example.test/schema' });
tracer.startActiveSpan('parent', { kind: SpanKind.SERVER, attributes: { list: [1, 2], text: 'a' } }, (parent) => {
  const child = tracer.startSpan('child', { links: [{ context: parent.spanContext(), attributes: { why: 'test' } }] });
  child.addEvent('moment', { n: 1 });
  child.recordException(new RangeError('wrong'));
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'wrong' });
  child.updateName('renamed');
  logs.getLogger('app').emit({ body: 'written', severityText: 'INFO', attributes: { a: 1 }, context: context.active() });
  child.end();
  parent.end();
});
if (process.env.FOREVER) setInterval(() => {}, 1000);
