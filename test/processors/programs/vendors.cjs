// The processors that are compared, each behind one that prints what it is called with.
const { LangfuseSpanProcessor } = require('@langfuse/otel');
const { PostHogSpanProcessor } = require('@posthog/ai/otel');
const { createSpanProcessor } = require('@traceloop/node-server-sdk');
const { BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const host = process.env.VENDORS;
const mask = ({ data }) => String(data).replaceAll('masked away', '***');

/** Everything that the interface `ReadableSpan` has, and of a span that can be written whether it can. */
function fieldsOf(span) {
  const { name, kind, parentSpanContext, startTime, endTime, status, attributes, links, events, duration, ended } = span;
  const { resource, instrumentationScope, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const { traceState, ...context } = span.spanContext();
  return {
    name,
    kind,
    context: { ...context, traceState: traceState?.serialize() },
    parent: parentSpanContext && {
      ...parentSpanContext,
      isRemote: parentSpanContext.isRemote === true,
      traceState: parentSpanContext.traceState?.serialize(),
    },
    startTime,
    endTime: ended ? endTime : undefined,
    duration: ended ? duration : undefined,
    ended,
    status,
    attributes,
    links: links.map(({ context: { traceId, spanId, traceFlags }, attributes: of = {}, droppedAttributesCount: dropped = 0 }) => ({
      context: { traceId, spanId, traceFlags },
      attributes: of,
      dropped,
    })),
    events: events.map(({ name: of, time, attributes: its = {}, droppedAttributesCount: dropped = 0 }) => ({
      name: of,
      time,
      attributes: its,
      dropped,
    })),
    resource: Object.fromEntries(['service.name', 'service.version', 'team'].map((key) => [key, resource.attributes[key]])),
    scope: [instrumentationScope.name, instrumentationScope.version, instrumentationScope.schemaUrl],
    dropped: [droppedAttributesCount, droppedEventsCount, droppedLinksCount],
    isRecording: span.isRecording?.(),
  };
}

function printing(name, processor) {
  const print = (method, span, more) => console.log(JSON.stringify({ name, method, span: fieldsOf(span), ...more }));
  return {
    onStart(span, parentContext) {
      print('onStart', span, { carried: parentContext.getValue(require('./work.cjs').CARRIED) });
      return processor.onStart(span, parentContext);
    },
    onEnding(span) {
      print('onEnding', span);
      return processor.onEnding?.(span);
    },
    onEnd(span) {
      print('onEnd', span);
      return processor.onEnd(span);
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
}

const memory = new InMemorySpanExporter();
exports.spanProcessors = [
  printing(
    'langfuse',
    new LangfuseSpanProcessor({ publicKey: 'public', secretKey: 'secret', baseUrl: host, mask, environment: 'testing' }),
  ),
  printing('posthog', new PostHogSpanProcessor({ projectToken: 'token', host })),
  printing('traceloop', createSpanProcessor({ apiKey: 'key', baseUrl: `${host}/traceloop`, allowedInstrumentationLibraries: 'all' })),
  printing('simple', new SimpleSpanProcessor(memory)),
  printing('batch', new BatchSpanProcessor(memory)),
];
exports.printMemory = () => {
  for (const span of memory.getFinishedSpans()) console.log(JSON.stringify({ name: 'memory', span: fieldsOf(span) }));
};
// Counted apart: which of a span's ids is made first is nobody's business.
const counted = (prefix, length) => {
  let count = 0;
  return () => (++count).toString(16).padStart(length, prefix);
};
exports.idGenerator = { generateTraceId: counted('a', 32), generateSpanId: counted('b', 16) };
